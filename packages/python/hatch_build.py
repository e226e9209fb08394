"""Generates `models.py` and `_api.py` whenever hatch builds the package in a checkout of the hub."""

import json
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GenerateHook(BuildHookInterface[BuilderConfig]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        # A source distribution contains them.
        if (root / "PKG-INFO").exists():
            return
        path = (root / "../../docs/openapi.json").resolve()
        if not path.exists():
            raise FileNotFoundError(
                f"{path} is missing, from which the client is generated. Install it from a checkout"
                " of the whole repository with pip 21.3 or later, or from a source distribution."
            )
        sys.path.insert(0, self.root)
        # Leave no bytecode in the checkout.
        sys.dont_write_bytecode = True
        from generator.models import models_source
        from generator.resources import resources_source

        document = json.loads(path.read_text("utf-8"))
        package = root / "src/waybill"
        (package / "models.py").write_text(models_source(document), "utf-8")
        (package / "_api.py").write_text(resources_source(document), "utf-8")
