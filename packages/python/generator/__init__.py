"""Generates the modules of the package that follow from the API description."""
