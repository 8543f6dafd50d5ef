"""The files of the container: Dockerfile, compose.yaml, and the Kubernetes manifest."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import tomllib
from contextlib import closing
from typing import Any

import pytest
import yaml

import mock_alipay
from mock_alipay.cli.serve import serve
from mock_alipay.config.config import Config
from mock_alipay.web.admin.access import AccessCheck
from tests.markdown import read

DOCKERFILE = re.sub(r"(?m)^\s*#.*\n", "", read("Dockerfile")).replace("\\\n", " ")
IMAGE = DOCKERFILE.rpartition("\nFROM ")[2]
COMPOSE: dict[str, Any] = yaml.safe_load(read("compose.yaml"))["services"]["mock-alipay"]
MANIFEST = "tests/examples/kubernetes/mock-alipay.yaml"
DEPLOYMENT, SERVICE = yaml.safe_load_all(read(MANIFEST))
POD = DEPLOYMENT["spec"]["template"]["spec"]
CONTAINER = POD["containers"][0]
PYPROJECT = tomllib.loads(read("pyproject.toml"))


def words(name: str) -> str:
    """The arguments of an instruction in the last stage of the Dockerfile."""
    (found,) = re.findall(rf"(?m)^{name} +(.*)$", IMAGE)
    return str(found).strip()


IMAGE_VARIABLES = dict(word.split("=", 1) for word in shlex.split(words("ENV")))
POD_VARIABLES = {variable["name"]: variable.get("value", "from-a-secret") for variable in CONTAINER["env"]}


def test_the_image_runs_the_command() -> None:
    """Entry point and health check are the command of the package, run by a numeric user that is not root."""
    assert ["mock-alipay"] == json.loads(words("ENTRYPOINT"))
    assert ["mock-alipay", "ready"] == json.loads(words("HEALTHCHECK").partition(" CMD ")[2])
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", words("USER"))


def test_python_versions() -> None:
    """The base image is the newest Python of the classifiers, and CI tests all of them."""
    versions = [line.rpartition(" ")[2] for line in PYPROJECT["project"]["classifiers"] if re.search(r":: 3\.\d", line)]
    assert f"ARG BASE=python:{versions[-1]}-slim" in DOCKERFILE
    assert versions == yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["test"]["strategy"]["matrix"]["python"]


@pytest.mark.parametrize("more", [{}, COMPOSE["environment"], POD_VARIABLES], ids=["image", "compose", "kubernetes"])
def test_variables(more: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway knows all variables, listens on all addresses, and answers under the name of the service."""
    variables = {**IMAGE_VARIABLES, **more}
    monkeypatch.setattr(os, "environ", variables)
    known = {str(param.envvar) for param in serve.params} | {"MOCK_ALIPAY_HOME"}
    assert set() == {name for name in variables if name.startswith("MOCK_ALIPAY_")} - known
    params = serve.make_context("mock-alipay", []).params
    assert "0.0.0.0" == params["host"]
    assert bool(more) == bool(params["admin_open"] or params["admin_token"])
    access = AccessCheck(params["host"], hosts=params["admin_hosts"])
    service = SERVICE["metadata"]["name"]
    namespaces = ("", ".default", ".default.svc.cluster.local") if more is POD_VARIABLES else ("",)
    for host in (*(f"{service}{namespace}" for namespace in namespaces), "10.1.2.3:2088"):
        access.check({"host": host})


def test_ports() -> None:
    """All files use the default ports; Compose publishes them on loopback only."""
    ports = [Config().port, Config().tls_port]
    assert ports == [int(port) for port in words("EXPOSE").split()]
    assert [f"127.0.0.1:{port}:{port}" for port in ports] == COMPOSE["ports"]
    container = {port["name"]: port["containerPort"] for port in CONTAINER["ports"]}
    assert {80: ports[0], 443: ports[1]} == {p["port"]: container[p["targetPort"]] for p in SERVICE["spec"]["ports"]}
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    assert labels == DEPLOYMENT["spec"]["selector"]["matchLabels"] == SERVICE["spec"]["selector"]


def test_the_pod_has_this_version_and_the_documented_secret() -> None:
    """The tag of the image is the version, and the page creates the secret that the pod reads."""
    assert f"mock-alipay:{mock_alipay.__version__}" == CONTAINER["image"]
    (token,) = [variable["valueFrom"]["secretKeyRef"] for variable in CONTAINER["env"] if "valueFrom" in variable]
    for page in ("docs/containers.md", MANIFEST):
        assert f"kubectl create secret generic {token['name']} --from-literal={token['key']}=" in read(page)


def test_privileges() -> None:
    """Compose and Kubernetes drop all capabilities, with a read-only root whose only writable folder is the home."""
    locks = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}
    assert locks == {name: value for name, value in COMPOSE.items() if name not in ("build", "environment", "ports")}
    user, group = map(int, words("USER").split(":"))
    ids = {"runAsNonRoot": True, "runAsUser": user, "runAsGroup": group}
    assert {**ids, "seccompProfile": {"type": "RuntimeDefault"}} == POD["securityContext"]
    locks = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert locks == CONTAINER["securityContext"]
    others = {"automountServiceAccountToken": False, "enableServiceLinks": False}
    assert others == {key: POD[key] for key in POD.keys() - {"securityContext", "containers", "volumes"}}
    (mount,) = CONTAINER["volumeMounts"]
    assert IMAGE_VARIABLES["MOCK_ALIPAY_HOME"] == words("VOLUME") == mount["mountPath"]


def test_probes() -> None:
    """The gateway answers each probe of a kubelet, which has no token and uses the address of the pod."""
    probes = [CONTAINER[name]["httpGet"] for name in ("startupProbe", "readinessProbe", "livenessProbe")]
    assert ["http"] * 3 == [probe["port"] for probe in probes]
    with mock_alipay.serve(host="0.0.0.0", admin_token="from-a-secret") as gateway:
        for path, status in (*((probe["path"], 200) for probe in probes), ("/__admin/calls", 401)):
            with closing(http.client.HTTPConnection(gateway.url.removeprefix("http://"), timeout=60)) as connection:
                connection.request("GET", path, headers={"host": "10.1.2.3:2088"})
                assert status == connection.getresponse().status


def test_the_build_gets_what_it_copies() -> None:
    """.dockerignore allows what the Dockerfile copies and nothing else; that is what a build of the package reads."""
    copied = {word for line in re.findall(r"(?m)^COPY (?!--)(.*) \S+$", DOCKERFILE) for word in line.split()}
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {"pyproject.toml", "README.md", "LICENSE", *wheel["packages"], *wheel["force-include"]} == copied
    lines = [line for line in read(".dockerignore").splitlines() if not line.startswith("#")]
    assert ["*", "**/__pycache__"] == [line for line in lines if not line.startswith("!")]
    assert copied == {line[1:] for line in lines if line.startswith("!")}
