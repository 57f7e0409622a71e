"""Checks AWS CLI commands (JSON list on stdin) against botocore's service models; prints faults."""
import json, re, shlex, sys
import botocore.session, jmespath
from botocore import xform_name

# Commands that the CLI adds to the services, and options of every command.
CUSTOM = {("s3", "ls"), ("s3", "rb"), ("s3", "cp"), ("logs", "tail"), ("ecs", "wait")}
GLOBAL = {"query", "output", "region", "profile", "no-cli-pager", "no-paginate"}
session = botocore.session.get_session()
models = {}


def kebab(name):
    return xform_name(name, "-")


def options(tokens):
    return [token[2:].split("=")[0] for token in tokens if token.startswith("--")]


def faults(command):
    tokens = shlex.split(command)
    if len(tokens) < 3:
        return ["is not complete"]
    service, operation = tokens[1:3]
    if (service, operation) in CUSTOM:
        return []
    try:
        model = models.setdefault(service, session.get_service_model("s3" if service == "s3api" else service))
    except Exception:
        return [f"unknown service {service}"]
    names = {kebab(name): name for name in model.operation_names}
    if operation not in names:
        return [f"unknown operation {service} {operation}"]
    shape = model.operation_model(names[operation])
    members = shape.input_shape.members if shape.input_shape else {}
    known = {kebab(name) for name in members}
    negated = {f"no-{kebab(name)}" for name, member in members.items() if member.type_name == "boolean"}
    given = options(tokens[3:])
    found = [f"unknown option --{name}" for name in given if name not in known | negated | GLOBAL]
    required = {kebab(name) for name in (shape.input_shape.required_members if shape.input_shape else [])}
    answered = {name[3:] if name in negated else name for name in given}
    found += [f"missing option --{name}" for name in sorted(required - answered)]
    if "--query" in tokens:
        query = tokens[tokens.index("--query") + 1]
        jmespath.compile(query)
        root = re.match(r"(?:reverse\()?(?:sort_by\()?([A-Za-z]+)", query)
        if root and root[1] not in (shape.output_shape.members if shape.output_shape else {}):
            found.append(f"--query {root[1]} is not in the answer")
    return found


result = {}
for command in json.load(sys.stdin):
    try:
        wrong = faults(command)
    except Exception as error:
        wrong = [f"{type(error).__name__}: {error}"]
    if wrong:
        result[command] = wrong
print(json.dumps(result))
