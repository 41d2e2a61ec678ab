"""The part of validate-deploy.sh that reads files: VERSION of Kubernetes, and the text of /metrics or ''.

Says a line for each kind of file, and ends with 1 where one is wrong.
"""

import json
import re
import sys
from pathlib import Path

import kubernetes_validate
import yaml

DEPLOY = Path("deploy")
MANIFESTS = DEPLOY / "kubernetes"
METRIC = re.compile(r"\b((?:warmbox|process)_[a-z_]+)\b")
problems = []


class UniqueKeys(yaml.SafeLoader):
    """YAML lets the last of two equal keys win without a word."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if key != "<<" and keys.count(key) > 1:
                raise yaml.YAMLError(f"the key {key!r} stands twice, {node.start_mark}")
        return super().construct_mapping(node, deep)


def read(path):
    return [it for it in yaml.load_all(path.read_text(), UniqueKeys) if it is not None]


def expect(true, what):
    if not true:
        problems.append(what)


def manifests(version):
    kustomization = read(MANIFESTS / "kustomization.yaml")[0]
    listed = set(kustomization["resources"])
    known = {"apiVersion", "kind", "resources", "labels", "images"}
    expect(set(kustomization) <= known, f"kustomization.yaml: unknown fields {set(kustomization) - known}")
    there = {path.name for path in MANIFESTS.glob("*.yaml")} - {"kustomization.yaml"}
    expect(listed == there, f"kustomization.yaml lists {sorted(listed)}, the folder has {sorted(there)}")
    found = {}
    for name in sorted(there):
        for document in read(MANIFESTS / name):
            found[document.get("kind")] = document
            expect("namespace" not in document.get("metadata", {}), f"{name}: names a namespace")
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except Exception as error:
                path = ".".join(str(it) for it in getattr(error, "path", []))
                problems.append(f"{name}: {path or 'document'}: {getattr(error, 'message', error)}")
    if not problems:
        belong_together(found)


def belong_together(found):
    """What no schema knows: that one file speaks of what is in another."""
    deployment = found["Deployment"]["spec"]
    pod, labels = deployment["template"]["spec"], deployment["template"]["metadata"]["labels"]
    container = pod["containers"][0]

    def chooses(selector):
        return selector.items() <= labels.items()

    expect(chooses(deployment["selector"]["matchLabels"]), "the Deployment does not choose its own pods")
    expect(chooses(found["Service"]["spec"]["selector"]), "the Service does not choose the pods")
    expect(chooses(found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]), "nor does the budget")
    expect(chooses(found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]), "nor does the policy")
    target = found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    expect(target["name"] == found["Deployment"]["metadata"]["name"], "the autoscaler names no Deployment")
    expect("replicas" not in deployment, "replicas are the autoscaler's")
    ports = {port["containerPort"] for port in container["ports"]}
    allowed = {it["port"] for rule in found["NetworkPolicy"]["spec"]["ingress"] for it in rule["ports"]}
    expect(ports == allowed, f"the pod listens on {ports}, the policy allows {allowed}")
    volumes = {volume["name"] for volume in pod["volumes"]}
    expect({it["name"] for it in container["volumeMounts"]} == volumes, "volumes and mounts differ")

    env = {it["name"]: it["value"] for it in container["env"]}
    shutdown = int(env["SHUTDOWN_TIMEOUT"].removesuffix("s"))
    pre_stop = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    grace = pod["terminationGracePeriodSeconds"]
    expect(grace >= shutdown + 10 + pre_stop, f"terminationGracePeriodSeconds {grace} is too short")
    security = container["securityContext"]
    expect(security["capabilities"]["drop"] == ["ALL"], "capabilities are kept")
    expect(security["readOnlyRootFilesystem"] is True, "the root file system can be written")
    expect(security["allowPrivilegeEscalation"] is False, "privileges can be gained")
    expect(pod["securityContext"]["runAsNonRoot"] is True, "it may run as root")
    expect(pod["automountServiceAccountToken"] is False, "a token of the API is mounted")
    expect(pod["enableServiceLinks"] is False, "WARMBOX_PORT would come from the Service")


def seccomp():
    profile = json.loads((DEPLOY / "seccomp/warmbox.json").read_text())
    # The runtime's own format has no archMap: it would be passed over, and foreign ABIs with it.
    known = {"defaultAction", "defaultErrnoRet", "architectures", "syscalls"}
    expect(set(profile) == known, f"seccomp: fields {sorted(profile)}")
    expect(profile["defaultAction"] == "SCMP_ACT_ERRNO", "seccomp: what is not named passes")
    runner = json.loads(Path("src/engine/docker/seccomp.json").read_text())
    names = {name for rule in profile["syscalls"] for name in rule["names"]}
    missing = {name for rule in runner["syscalls"] for name in rule["names"]} - names
    expect(not missing, f"seccomp: src/engine/docker/seccomp.json has {sorted(missing)} as well")
    for refused in ["bpf", "ptrace", "io_uring_setup", "keyctl", "setns", "unshare", "kexec_load", "init_module"]:
        expect(refused not in names, f"seccomp: {refused} is allowed")


def compose():
    document = read(DEPLOY / "compose/docker-compose.yml")[0]
    service = document["services"]["warmbox"]
    for option in service["security_opt"]:
        if option.startswith("seccomp:"):
            path = DEPLOY / "compose" / option.removeprefix("seccomp:")
            expect(path.exists(), f"compose: {path} is not there")
    shutdown = int(service["environment"]["SHUTDOWN_TIMEOUT"].removesuffix("s"))
    grace = int(service["stop_grace_period"].removesuffix("s"))
    expect(grace >= shutdown + 10, "compose: stop_grace_period is too short")
    expect("docker.sock" not in json.dumps(service["volumes"]), "compose: the Docker socket is mounted")


def rules():
    """The names of the metrics in it."""
    used, own = set(), set()
    for group in read(DEPLOY / "prometheus/alerts.yml")[0]["groups"]:
        expect(set(group) <= {"name", "interval", "rules"}, f"alerts: unknown fields in {group.get('name')}")
        for rule in group["rules"]:
            name = rule.get("alert") or rule.get("record")
            expect(name not in own, f"alerts: {name} stands twice")
            own.add(name)
            used |= set(METRIC.findall(rule["expr"]))
            if "alert" in rule:
                known = {"alert", "expr", "for", "labels", "annotations"}
                expect(set(rule) <= known, f"alerts: {name}: unknown fields {set(rule) - known}")
                expect(rule["labels"].get("severity") in ["info", "warning", "critical"], f"alerts: {name}: severity")
                expect({"summary", "description"} <= set(rule["annotations"]), f"alerts: {name}: annotations")
            for recorded in re.findall(r"\bwarmbox:[a-z0-9_:]+", rule["expr"]):
                expect(recorded in own, f"alerts: {name}: {recorded} is recorded nowhere above")
    return used


def dashboard():
    """The names of the metrics in it."""
    board = json.loads((DEPLOY / "grafana/warmbox.json").read_text())
    ids = [panel["id"] for panel in board["panels"]]
    expect(len(ids) == len(set(ids)), "dashboard: two panels have one id")
    places = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                expect((x, y) not in places and x < 24, f"dashboard: {panel['title']} lies on another panel")
                places.add((x, y))
        expect(panel["type"] == "row" or panel["targets"], f"dashboard: {panel['title']} shows nothing")
    variables = {it["name"] for it in board["templating"]["list"]}
    for name in re.findall(r"\$\{?(\w+)", json.dumps(board)):
        expect(name.startswith("__") or name in variables, f"dashboard: there is no variable {name}")
    return set(METRIC.findall(json.dumps([panel.get("targets") for panel in board["panels"]])))


def metrics_exist(used, text):
    there = set(re.findall(r"^([a-z_]+)[ {]", text, re.MULTILINE))
    # A family that has no series yet is told by its TYPE line, without its ending.
    for name, kind in re.findall(r"^# TYPE ([a-z_]+) (\w+)", text, re.MULTILINE):
        there |= {name, f"{name}_total"} if kind == "counter" else {name, f"{name}_bucket"}
    expect(used <= there, f"metrics that the server does not have: {sorted(used - there)}")


def main(version, metrics):
    used = {"warmbox_pool_saturation"}  # the autoscaler's
    looks = [
        (f"Kubernetes manifests, by the schemas of {version}, strictly", lambda: manifests(version)),
        ("seccomp profile", seccomp),
        ("compose file", compose),
        ("alert rules", lambda: used.update(rules())),
        ("dashboard", lambda: used.update(dashboard())),
    ]
    if metrics:
        looks.append(("names of metrics", lambda: metrics_exist(used, Path(metrics).read_text())))
    for what, look in looks:
        before = len(problems)
        try:
            look()
        except Exception as error:
            problems.append(f"{what}: {type(error).__name__}: {error}")
        for problem in problems[before:]:
            print(f"validate-deploy: {problem}", file=sys.stderr)
        if len(problems) == before:
            print(f"validate-deploy: ok: {what}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
