"""`midakit contract`."""

import json


def test_the_contract_as_openapi_has_every_operation(midakit, home):
    found = json.loads(midakit("contract", "--openapi").out)
    names = [one["operationId"] for item in found["paths"].values() for one in item.values()
             if isinstance(one, dict) and "operationId" in one]  # fmt: skip
    assert len(names) == len(set(names)) == 47
    assert found["servers"][0]["url"] == "https://api-us.mida.so/v2"


def test_the_contract_as_postman_has_every_operation_with_its_method_and_path(midakit, home):
    api = json.loads(midakit("contract", "--openapi").out)
    found = json.loads(midakit("contract", "--postman").out)
    wanted = {
        (one["operationId"], method.upper(), path.replace("{", ":").replace("}", ""))
        for path, item in api["paths"].items()
        for method, one in item.items()
        if isinstance(one, dict) and "operationId" in one
    }
    items = [one for folder in found["item"] for one in folder["item"]]
    got = {
        (one["name"], one["request"]["method"], "/" + "/".join(one["request"]["url"]["path"]))
        for one in items
    }
    assert got == wanted
    assert "{{api_key}}" in json.dumps(found["auth"])
    bodies = {one["name"]: json.loads(one["request"]["body"]["raw"]) for one in items
              if "body" in one["request"]}  # fmt: skip
    assert {"goal_name", "goal_type", "goal_value"} <= bodies["create_goal"].keys()


def test_one_form_has_to_be_named(midakit, home):
    done = midakit("contract")
    assert (done.code, "give --openapi or --postman" in done.err) == (2, True)


def test_check_says_what_holds_and_writes_the_anonymous_report(shop, midakit, home):
    done = midakit("contract", "check", "--report", "report.json")
    assert done.code == 0, done.err
    assert "list-count" in done.out
    assert " hold, 0 differ, " in done.out
    written = json.loads((home / "report.json").read_text())
    assert written == midakit("contract", "check", "--json").json
    assert shop.project_key not in (home / "report.json").read_text()
