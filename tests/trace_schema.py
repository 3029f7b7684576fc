"""The JSON object format of Chrome trace events, as a JSON schema with a validator of its own."""

# The documented fields of trace events ("Trace Event Format", Google, 2016), as a JSON schema.
TIME = {"type": "integer", "minimum": 0}
SCHEMA = {
    "type": "object",
    "required": ["traceEvents"],
    "properties": {
        "otherData": {
            "type": "object",
            "required": ["time_axis", "time_unit"],
            "properties": {"time_axis": {"enum": ["row", "pass"]}, "time_unit": {"type": "string"}},
        },
        "traceEvents": {"type": "array", "items": {"oneOf": [
            {   # metadata
                "type": "object",
                "required": ["name", "ph", "pid", "args"],
                "additionalProperties": False,
                "properties": {
                    "name": {"enum": ["process_name", "process_sort_index", "thread_name"]},
                    "ph": {"enum": ["M"]}, "pid": TIME, "tid": TIME,
                    "args": {"type": "object", "additionalProperties": False, "minProperties": 1,
                             "properties": {"name": {"type": "string"}, "sort_index": TIME}},
                },
            },
            {   # a counter
                "type": "object",
                "required": ["name", "ph", "ts", "pid", "args"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string"}, "ph": {"enum": ["C"]}, "ts": TIME, "pid": TIME,
                    "args": {"type": "object", "additionalProperties": TIME, "minProperties": 1},
                },
            },
            {   # a complete event
                "type": "object",
                "required": ["name", "ph", "ts", "dur", "pid", "tid"],
                "additionalProperties": False,
                "properties": {"name": {"type": "string"}, "ph": {"enum": ["X"]}, "ts": TIME,
                               "dur": TIME, "pid": TIME, "tid": TIME},
            },
            {   # an instant
                "type": "object",
                "required": ["name", "ph", "ts", "pid", "tid", "s"],
                "additionalProperties": False,
                "properties": {"name": {"type": "string"}, "ph": {"enum": ["i"]}, "ts": TIME,
                               "pid": TIME, "tid": TIME, "s": {"enum": ["g", "p", "t"]}},
            },
        ]}},
    },
}
TYPES = {"object": dict, "array": list, "string": str, "integer": int}


def mistake(value, schema, place="$"):
    """Why the value is not of the schema, or None. The keywords that SCHEMA uses, and no others."""
    if "oneOf" in schema:
        reasons = [mistake(value, one, place) for one in schema["oneOf"]]
        return None if reasons.count(None) == 1 else f"{place}: none or several of {reasons}"
    if "enum" in schema:
        return None if value in schema["enum"] else f"{place}: {value!r}, not of {schema['enum']}"
    if not isinstance(value, TYPES[schema["type"]]) or isinstance(value, bool):
        return f"{place}: {value!r} is no {schema['type']}"
    if isinstance(value, int):
        return None if value >= schema.get("minimum", value) else f"{place}: {value} is too small"
    if isinstance(value, list):
        return next(filter(None, (mistake(item, schema["items"], f"{place}[{i}]")
                                  for i, item in enumerate(value))), None)
    if not isinstance(value, dict):
        return None
    if len(value) < schema.get("minProperties", 0):
        return f"{place}: has too few members"
    for key in schema.get("required", []):
        if key not in value:
            return f"{place}: has no {key}"
    others = schema.get("additionalProperties", True)
    for key, member in value.items():
        known = schema.get("properties", {}).get(key, others)
        if known is False:
            return f"{place}: {key} is not documented"
        reason = None if known is True else mistake(member, known, f"{place}.{key}")
        if reason:
            return reason
    return None
