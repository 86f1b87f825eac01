# SPDX-License-Identifier: GPL-2.0-only
"""Whether the Kubernetes API knows every field of what captrim writes, with that type.

kubernetes.py DIRECTORY MODELS: the .kubernetes, .manifest, .helm and .kustomize files of a directory, and
kubernetes/client/models of the Python client, which is generated from the API's OpenAPI document.
Prints PASS and FAIL lines.
"""
import ast, glob, re, sys, yaml

SCALARS = {"str": str, "int": int, "bool": bool, "float": (int, float)}

def model(name, known={}):
    """{field as in JSON: (type, required)}, from the source of the generated class."""
    if name not in known:
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
        with open("%s/%s.py" % (sys.argv[2], snake), encoding="utf-8") as f:
            text = f.read()
        found = {t.id: ast.literal_eval(n.value) for n in ast.walk(ast.parse(text))
                 if isinstance(n, ast.Assign) for t in n.targets
                 if isinstance(t, ast.Name) and t.id in ("openapi_types", "attribute_map")}
        known[name] = {
            found["attribute_map"][k]: (t, "`%s`, must not be `None`" % k in text)
            for k, t in found["openapi_types"].items()}
    return known[name]

def check(value, kind, where, partial):
    def want(true, why):
        if not true:
            raise ValueError("%s: %s" % (where, why))
    inner = re.fullmatch(r"(list\[|dict\(str, )(.*)[\])]", kind)
    if kind in SCALARS:
        want(isinstance(value, SCALARS[kind]) and (kind == "bool" or not isinstance(value, bool)),
             "%r is not of type %s" % (value, kind))
    elif inner and kind.startswith("list"):
        want(isinstance(value, list), "no list")
        for i, item in enumerate(value):
            check(item, inner.group(2), "%s[%d]" % (where, i), partial)
    elif inner:
        want(isinstance(value, dict), "no mapping")
        for key, item in value.items():
            check(item, inner.group(2), where + "." + key, partial)
    else:
        fields = model(kind)
        want(isinstance(value, dict), "no mapping")
        for key, item in value.items():
            want(key in fields, "no such field: %s" % key)
            check(item, fields[key][0], where + "." + key, partial)
        absent = [k for k, (_, needed) in fields.items() if needed and k not in value]
        want(partial or not absent, "required: %s" % absent)

def pod(containers):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
            "spec": {"containers": containers}}

def of_kubernetes(text):
    for doc in yaml.safe_load_all(text):
        yield pod([dict(c, image="x") for c in doc["containers"]]), "V1Pod", False

def of_manifest(text):
    doc = yaml.safe_load(text)
    yield doc, "V1" + doc["kind"], False

def of_helm(text):
    doc = yaml.safe_load(text)
    for values in [doc] if "securityContext" in doc else doc.values():
        yield values["securityContext"], "V1SecurityContext", False

def of_kustomize(text):  # a patch need not have all that its kind requires
    for item in yaml.safe_load(text)["patches"]:
        yield yaml.safe_load(item["patch"]), "V1Deployment", True

def refuses(doc, kind, why):
    try:
        check(doc, kind, "$", False)
    except ValueError as e:
        return why in str(e)
    return False

ok = (refuses(pod([{"name": "x", "securitycontext": {}}]), "V1Pod", "no such field") and
      refuses(pod([{"image": "x"}]), "V1Pod", "required: ['name']") and
      refuses({"capabilities": {"add": "CHOWN"}}, "V1SecurityContext", "no list") and
      refuses({"runAsUser": "1"}, "V1SecurityContext", "is not of type int"))
print("PASS schema/kubernetes-api finds mistakes" if ok else
      "FAIL schema/kubernetes-api finds mistakes: it does not")
for read in (of_kubernetes, of_manifest, of_helm, of_kustomize):
    form = read.__name__[3:]
    for path in sorted(glob.glob("%s/*.%s" % (sys.argv[1], form))):
        name = path.rsplit("/", 1)[1]
        try:
            with open(path, encoding="utf-8") as f:
                docs = list(read(f.read()))
            for doc, kind, partial in docs:
                check(doc, kind, "$", partial)
            if not docs:
                raise ValueError("nothing to look at")
            print("PASS schema/kubernetes-api %s" % name)
        except (ValueError, KeyError, TypeError, OSError, yaml.YAMLError) as e:
            print("FAIL schema/kubernetes-api %s: %s" % (name, " ".join(str(e).split())))
