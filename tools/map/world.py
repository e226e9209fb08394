"""Prepares Natural Earth (1:50m, public domain) as the layers that the hub's style draws.

Usage: world.py FOLDER OUT, where FOLDER has the GeoJSON files named below and OUT receives one
GeoJSON file for each layer and zoom, `LAYER.ZOOM.json`.
"""

import json
import sys
from pathlib import Path

from babel import Locale
from shapely.geometry import shape

LANGUAGES = ["de", "es", "fr"]
ZOOM_MAX = 5

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
locales = {language: Locale(language) for language in LANGUAGES}
layers: dict[tuple[str, int], list[dict]] = {}


def read(name: str):
    for feature in json.loads((folder / f"ne_50m_{name}.json").read_text())["features"]:
        # The case of the names differs between releases.
        yield {key.lower(): value for key, value in feature["properties"].items()}, feature["geometry"]


def add(layer: str, zoom: float | None, geometry: dict, **properties) -> None:
    first = min(ZOOM_MAX, max(0, int(zoom or 0)))
    given = {key: value for key, value in properties.items() if value is not None}
    feature = {"type": "Feature", "properties": given | {"min_zoom": first}, "geometry": geometry}
    layers.setdefault((layer, first), []).append(feature)


def label(geometry: dict) -> dict:
    """A point inside the largest part."""
    parts = shape(geometry)
    largest = max(getattr(parts, "geoms", [parts]), key=lambda part: part.area)
    return largest.representative_point().__geo_interface__


def translations(country: str | None) -> dict[str, str | None]:
    return {f"name:{language}": locales[language].territories.get(country) for language in LANGUAGES}


for properties, geometry in read("land"):
    add("earth", 0, geometry, kind="earth")
for properties, geometry in read("lakes"):
    # Historic shorelines, and lakes too small to be seen at these zooms.
    if properties["scalerank"] <= 4:
        add("water", properties["min_zoom"], geometry, kind="lake")
for properties, geometry in read("admin_0_boundary_lines_land"):
    add("boundaries", 0, geometry, kind="country", kind_detail=2)
for properties, geometry in read("admin_1_states_provinces_lines"):
    add("boundaries", properties["min_zoom"], geometry, kind="region", kind_detail=4)
for properties, geometry in read("admin_0_countries"):
    name = properties["name_long"]
    rank, zoom = properties["pop_rank"], properties["min_label"] - 1
    names = {"name": name, "name:en": name} | translations(properties["iso_a2"])
    add("places", zoom, label(geometry), kind="country", population_rank=rank, **names)
for properties, geometry in read("admin_1_states_provinces"):
    name, zoom = properties["name"], properties["min_label"]
    add("places", zoom, label(geometry), kind="region", ref=properties["postal"], name=name)
for properties, geometry in read("populated_places_simple"):
    name, rank = properties["name"], properties["rank_max"]
    capital = "yes" if properties["adm0cap"] == 1 else None
    place = {"kind": "locality", "capital": capital, "population_rank": rank, "name": name}
    add("places", properties["min_zoom"], geometry, **place)

for (layer, zoom), features in layers.items():
    collection = {"type": "FeatureCollection", "features": features}
    (out / f"{layer}.{zoom}.json").write_text(json.dumps(collection, ensure_ascii=False))
