-- Turns OpenStreetMap objects into the layers and kinds of Protomaps basemaps, version 4
-- (https://docs.protomaps.com/basemaps/layers), as far as the hub's style draws them.

node_keys = { "place", "addr:housenumber" }
local unpack = table.unpack or unpack -- Lua 5.3 or LuaJIT


local LANGUAGES = { "de", "en", "es", "fr" }

local HIGHWAYS = {
  motorway = { "highway", 7 }, motorway_link = { "highway", 9, true },
  trunk = { "major_road", 7 }, trunk_link = { "major_road", 9, true },
  primary = { "major_road", 7 }, primary_link = { "major_road", 11, true },
  secondary = { "major_road", 9 }, secondary_link = { "major_road", 12, true },
  tertiary = { "major_road", 10 }, tertiary_link = { "major_road", 12, true },
  residential = { "minor_road", 12 }, living_street = { "minor_road", 12 },
  unclassified = { "minor_road", 12 }, road = { "minor_road", 12 },
  service = { "minor_road", 13 },
  pedestrian = { "path", 13 }, track = { "path", 13 }, cycleway = { "path", 13 },
  bridleway = { "path", 14 }, footway = { "path", 14 }, path = { "path", 14 }, steps = { "path", 14 },
}

local LANDUSE = {
  landuse = {
    forest = "forest", cemetery = "cemetery", industrial = "industrial", commercial = "industrial",
    grass = "grass", meadow = "grassland", village_green = "village_green", allotments = "allotments",
    military = "military", vineyard = "grassland", orchard = "grassland",
  },
  leisure = {
    park = "park", garden = "park", golf_course = "golf_course", nature_reserve = "nature_reserve",
    playground = "playground", pitch = "grass",
  },
  natural = {
    wood = "wood", scrub = "scrub", grassland = "grassland", heath = "scrub", beach = "beach",
    sand = "sand", glacier = "glacier", wetland = "scrub",
  },
  amenity = {
    school = "school", kindergarten = "school", university = "university", college = "college",
    hospital = "hospital",
  },
  aeroway = { aerodrome = "aerodrome", runway = "runway" },
  tourism = { zoo = "zoo" },
}

local PLACES = {
  city = { "locality", 7, 10 }, town = { "locality", 8, 8 }, village = { "locality", 10, 6 },
  hamlet = { "locality", 13, 3 }, suburb = { "neighbourhood", 12, 4 },
  neighbourhood = { "neighbourhood", 14, 2 },
}

local function name(object)
  local own = object:Find("name")
  if own == "" then return end
  object:Attribute("name", own)
  for _, language in ipairs(LANGUAGES) do
    local translated = object:Find("name:" .. language)
    if translated ~= "" and translated ~= own then object:Attribute("name:" .. language, translated) end
  end
end

local function rank(object, kind, zoom)
  object:MinZoom(zoom)
  object:Attribute("kind", kind)
  object:AttributeNumeric("min_zoom", zoom)
end

function node_function(node)
  local place = node:Find("place")
  if PLACES[place] then
    local kind, zoom, population_rank = unpack(PLACES[place])
    node:Layer("places", false)
    rank(node, kind, zoom)
    node:Attribute("kind_detail", place)
    node:AttributeNumeric("population_rank", population_rank)
    name(node)
  end
  local number = node:Find("addr:housenumber")
  if number ~= "" then
    node:Layer("buildings", false)
    rank(node, "address", 14)
    node:Attribute("addr_housenumber", number)
  end
end

local function road(way, highway)
  local kind, zoom, is_link = unpack(HIGHWAYS[highway])
  way:Layer("roads", false)
  rank(way, kind, zoom)
  way:Attribute("kind_detail", highway)
  if is_link then way:AttributeBoolean("is_link", true) end
  if way:Holds("bridge") and way:Find("bridge") ~= "no" then way:AttributeBoolean("is_bridge", true) end
  if way:Holds("tunnel") and way:Find("tunnel") ~= "no" then way:AttributeBoolean("is_tunnel", true) end
  name(way)
end

local function line(way)
  local highway = way:Find("highway")
  if HIGHWAYS[highway] and way:Find("area") ~= "yes" then road(way, highway) end
  if way:Find("railway") == "rail" then
    way:Layer("roads", false)
    rank(way, "rail", 9)
  end
  local waterway = way:Find("waterway")
  if waterway == "river" or waterway == "stream" or waterway == "canal" then
    local kind = waterway == "stream" and "stream" or "river"
    way:Layer("water", false)
    rank(way, kind, waterway == "river" and 8 or 13)
    name(way)
  end
end

local function area(way)
  if way:Find("natural") == "water" or way:Find("waterway") == "riverbank" then
    way:Layer("water", true)
    rank(way, "water", 8)
    name(way)
    return
  end
  if way:Holds("building") and way:Find("building") ~= "no" then
    way:Layer("buildings", true)
    rank(way, "building", 14)
    local number = way:Find("addr:housenumber")
    if number ~= "" then
      way:LayerAsCentroid("buildings")
      rank(way, "address", 14)
      way:Attribute("addr_housenumber", number)
    end
    return
  end
  for key, kinds in pairs(LANDUSE) do
    local kind = kinds[way:Find(key)]
    if kind then
      way:Layer("landuse", true)
      rank(way, kind, way:Area() > 100000 and 9 or 12)
      return
    end
  end
end

-- Borders are the ways of relations.
function relation_scan_function(relation)
  if relation:Find("type") == "boundary" and relation:Find("boundary") == "administrative" then
    relation:Accept()
  end
end

local function border(way)
  local lowest = 99
  while true do
    local relation = way:NextRelation()
    if not relation then break end
    lowest = math.min(lowest, tonumber(way:FindInRelation("admin_level")) or 99)
  end
  if lowest > 8 then return end
  way:Layer("boundaries", false)
  rank(way, lowest <= 2 and "country" or "county", lowest <= 2 and 7 or 11)
  way:AttributeNumeric("kind_detail", lowest)
end

function way_function(way)
  line(way)
  if way:IsClosed() then area(way) end
  border(way)
end
