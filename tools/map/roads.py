"""Extracts the streets that a cargo bike may use, as one connected network.

Usage: roads.py EXTRACT.osm.pbf WEST,SOUTH,EAST,NORTH OUT.json

`points` has latitude and longitude in 1/100,000 degree, each relative to the previous point; a way
is a list of points, by index.
"""

import json
import sys
from pathlib import Path

import osmium

STREETS = {
    *("primary", "secondary", "tertiary", "unclassified", "residential", "living_street"),
    *("primary_link", "secondary_link", "tertiary_link", "road", "cycleway", "pedestrian"),
}
SCALE = 100_000

source, bounds, out = sys.argv[1:]
west, south, east, north = map(float, bounds.split(","))
places: dict[int, tuple[int, int]] = {}
ways: list[tuple[bool, list[int]]] = []


def one_way(tags) -> bool:
    if tags.get("oneway:bicycle") == "no" or tags.get("highway") == "pedestrian":
        return False
    return tags.get("oneway") == "yes" or tags.get("junction") == "roundabout"


def allowed(tags) -> bool:
    if tags.get("highway") not in STREETS or tags.get("area") == "yes":
        return False
    return tags.get("access") not in ("no", "private") and tags.get("bicycle") != "no"


for way in osmium.FileProcessor(source, osmium.osm.NODE | osmium.osm.WAY).with_locations():
    if not way.is_way() or not allowed(way.tags):
        continue
    run: list[int] = []
    for node in way.nodes:
        if west <= node.lon <= east and south <= node.lat <= north:
            places[node.ref] = (round(node.lat * SCALE), round(node.lon * SCALE))
            run.append(node.ref)
            continue
        if len(run) > 1:
            ways.append((one_way(way.tags), run))
        run = []
    if len(run) > 1:
        ways.append((one_way(way.tags), run))

# Every street can be reached from every other one: only the largest part stays.
part = {ref: ref for ref in places}


def root(ref: int) -> int:
    while part[ref] != ref:
        part[ref] = part[part[ref]]
        ref = part[ref]
    return ref


for _, refs in ways:
    for ref in refs[1:]:
        part[root(ref)] = root(refs[0])
sizes: dict[int, int] = {}
for ref in places:
    sizes[root(ref)] = sizes.get(root(ref), 0) + 1
largest = max(sizes, key=lambda each: sizes[each])
ways = [(single, refs) for single, refs in ways if root(refs[0]) == largest]

index: dict[int, int] = {}
points: list[int] = []
last = (0, 0)
for _, refs in ways:
    for ref in refs:
        if ref not in index:
            index[ref] = len(index)
            place = places[ref]
            points += [place[0] - last[0], place[1] - last[1]]
            last = place


def lists(single: bool) -> list[list[int]]:
    return [[index[ref] for ref in refs] for is_single, refs in ways if is_single == single]


network = {
    "credit": "© OpenStreetMap contributors, Open Database License 1.0",
    "points": points,
    "streets": lists(False),
    "one_way": lists(True),
}
Path(out).write_text(json.dumps(network, ensure_ascii=False, separators=(",", ":")) + "\n")
