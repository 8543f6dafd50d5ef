"""The files that make and start the container, held to the program that runs in it.

Whole parts of them are compared, not single settings, so that nothing can be added that takes a lock off.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from mock_alipay import serve as serving
from mock_alipay.cli import commands
from mock_alipay.cli.options import unknown_variables
from mock_alipay.cli.serve import serve
from mock_alipay.config.config import Config
from mock_alipay.server.certificate import HOME_VARIABLE
from mock_alipay.version import __version__
from mock_alipay.web.admin.access import AccessCheck

PROJECT = Path(__file__).parent.parent
MANIFEST = PROJECT / "tests/examples/kubernetes/mock-alipay.yaml"
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())
Instruction = tuple[str, str]


def stages() -> list[list[Instruction]]:
    """The Dockerfile's instructions, by stage."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (PROJECT / "Dockerfile").read_text()).replace("\\\n", " ")
    found: list[list[Instruction]] = []
    for line in filter(str.strip, text.splitlines()):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            found.append([])
        if found:
            found[-1].append((name, rest.strip()))
    return found


def all_words(name: str) -> list[str]:
    """What all instructions of one name in the image itself say."""
    return [rest for instruction, rest in stages()[-1] if instruction == name]


def last_words(name: str) -> str:
    """What the one instruction of a name in the image itself says."""
    (words,) = all_words(name)
    return words


def pairs(words: str) -> dict[str, str]:
    """Names and values, as ENV and LABEL give them."""
    return dict(word.split("=", 1) for word in shlex.split(words))


def image_variables() -> dict[str, str]:
    """The variables that the image sets."""
    return pairs(last_words("ENV"))


def compose_service() -> dict[str, Any]:
    """The gateway's service in compose.yaml."""
    ((name, service),) = yaml.safe_load((PROJECT / "compose.yaml").read_text())["services"].items()
    return {"name": name, **service}


def kubernetes() -> tuple[dict[str, Any], dict[str, Any]]:
    """The Deployment and the Service."""
    deployment, service = yaml.safe_load_all(MANIFEST.read_text())
    return deployment, service


def pod() -> tuple[dict[str, Any], dict[str, Any]]:
    """The pod, and its one container."""
    spec = kubernetes()[0]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    return spec, container


def pod_variables() -> dict[str, str]:
    """The variables that the pod adds; one that comes from a secret has some value."""
    return {variable["name"]: variable.get("value", "from-a-secret") for variable in pod()[1]["env"]}


def test_the_image_runs_what_the_package_installs() -> None:
    """Entry point and health check are commands of the package's own program, run by a user of no name."""
    (program,) = PYPROJECT["project"]["scripts"]
    assert [program] == json.loads(last_words("ENTRYPOINT"))
    flags, _, check = last_words("HEALTHCHECK").partition(" CMD ")
    assert [program, "ready"] == json.loads(check)
    assert "ready" in commands.commands
    assert re.search(r"--start-interval=\d+ms\b", flags), flags
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", last_words("USER"))


def test_the_base_is_the_newest_python_that_is_tested() -> None:
    """The Python that the Dockerfile names is the newest of the classifiers, and CI tests them all."""
    named = re.search(r"(?m)^ARG BASE=python:(\d\.\d+)-slim$", (PROJECT / "Dockerfile").read_text())
    versions = [word.rpartition(" ")[2] for word in PYPROJECT["project"]["classifiers"] if re.search(r":: 3\.\d", word)]
    workflow = yaml.safe_load((PROJECT / ".github/workflows/ci.yml").read_text())
    assert named is not None
    assert versions[-1] == named[1]
    assert versions == workflow["jobs"]["test"]["strategy"]["matrix"]["python"]


@pytest.mark.parametrize("more", [dict[str, str](), compose_service()["environment"], pod_variables()])
def test_every_variable_is_one_of_the_gateways_own(more: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the image, compose.yaml and the Kubernetes manifest set is known, and serve takes the values."""
    for name in [name for name in os.environ if name.startswith("MOCK_ALIPAY_")]:
        monkeypatch.delenv(name)
    variables = {**image_variables(), **more}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert [] == unknown_variables(serve.params)
    context = serve.make_context("mock-alipay", [])
    taken = {str(flag.envvar): context.params[str(flag.name)] for flag in serve.params}
    assert "0.0.0.0" == taken["MOCK_ALIPAY_HOST"]
    assert "mock-alipay" in taken["MOCK_ALIPAY_ADMIN_HOSTS"]
    assert bool(more) == bool(taken["MOCK_ALIPAY_ADMIN_OPEN"] or taken["MOCK_ALIPAY_ADMIN_TOKEN"])


def test_ports_are_those_that_the_gateway_listens_on() -> None:
    """EXPOSE, compose.yaml and the manifest name the default ports, and compose publishes them on loopback alone."""
    ports = [Config().port, Config().tls_port]
    assert ports == [int(port) for port in last_words("EXPOSE").split()]
    assert [f"127.0.0.1:{port}:{port}" for port in ports] == compose_service()["ports"]
    listening = {port["name"]: port["containerPort"] for port in pod()[1]["ports"]}
    led_to = {port["port"]: listening[port["targetPort"]] for port in kubernetes()[1]["spec"]["ports"]}
    assert {80: ports[0], 443: ports[1]} == led_to


def test_it_is_reached_by_the_name_that_it_knows() -> None:
    """The admin API knows the name of the compose service and of the Kubernetes Service, and a pod's address."""
    variables = image_variables()
    hosts = {**variables, **pod_variables()}["MOCK_ALIPAY_ADMIN_HOSTS"].split(":")
    service = kubernetes()[1]["metadata"]["name"]
    assert variables["MOCK_ALIPAY_ADMIN_HOSTS"] == compose_service()["name"] == service
    guard = AccessCheck(variables["MOCK_ALIPAY_HOST"], hosts=hosts)
    for more in ("", ".default", ".default.svc", ".default.svc.cluster.local"):
        guard.check({"host": f"{service}{more}"})
    guard.check({"host": "10.1.2.3:2088"})


def test_the_service_leads_to_the_pods() -> None:
    """Deployment and Service choose by the labels that the pods bear."""
    deployment, service = kubernetes()
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert labels
    assert labels == deployment["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]


def test_the_pod_runs_this_version_with_the_token_that_was_put_there() -> None:
    """The image's tag is the version; README and manifest make the very secret that the pod reads its token from."""
    _, container = pod()
    assert f"{compose_service()['name']}:{__version__}" == container["image"]
    (token,) = [variable["valueFrom"] for variable in container["env"] if "valueFrom" in variable]
    for page in (PROJECT / "README.md", PROJECT / "README.zh-CN.md", MANIFEST):
        made = re.findall(r"kubectl create secret generic (\S+) --from-literal=([^=\s]+)=", page.read_text())
        assert [(token["secretKeyRef"]["name"], token["secretKeyRef"]["key"])] == made, page.name
    assert {"secretKeyRef"} == set(token)


def test_it_runs_with_no_privileges() -> None:
    """Compose and Kubernetes take every capability from it, let it gain none, and share nothing of the host."""
    service = compose_service()
    locks = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}
    assert {"name", "build", "environment", "ports"} == service.keys() - locks.keys()
    assert locks == {name: service[name] for name in locks}
    spec, container = pod()
    user, group = map(int, last_words("USER").split(":"))
    assert {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": group,
        "seccompProfile": {"type": "RuntimeDefault"},
    } == spec.pop("securityContext")
    assert {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    } == container["securityContext"]
    del spec["containers"], spec["volumes"]
    # Links would be variables such as MOCK_ALIPAY_PORT=tcp://…, on which the gateway does not start.
    assert {"enableServiceLinks": False, "automountServiceAccountToken": False} == spec


def test_only_its_home_is_written() -> None:
    """With a read-only root, the one folder that can be written is where the gateway keeps its authority."""
    home = image_variables()[HOME_VARIABLE]
    spec, container = pod()
    (mount,) = container["volumeMounts"]
    (volume,) = spec["volumes"]
    assert home == last_words("VOLUME") == mount["mountPath"]
    assert {"name": mount["name"], "emptyDir": {"sizeLimit": "1Mi"}} == volume
    *_, made = [rest for name, rest in stages()[0] if name == "RUN"]
    place = PurePosixPath(home)
    assert f"install -d -m 1777 /made/{place.name}" == made.rpartition("; ")[2].strip()
    program = PurePosixPath(image_variables()["PYTHONPYCACHEPREFIX"]).parent
    assert [f"--from=build {program} {program}", f"--from=build /made {place.parent}"] == all_words("COPY")
    assert f"{home}/tls/ca.pem" in re.findall(r"kubectl exec deploy/mock-alipay -- cat (\S+)", MANIFEST.read_text())


def test_labels_say_what_the_package_says() -> None:
    """Name, description and licence in the image's labels are those of pyproject.toml."""
    labels = {
        name.removeprefix("org.opencontainers.image."): value for name, value in pairs(last_words("LABEL")).items()
    }
    project = PYPROJECT["project"]
    assert project["description"].startswith(f"{labels.pop('description')}:")
    assert {"title": project["name"], "licenses": project["license"], "version": "${VERSION}"} == labels


def test_probes_are_answered() -> None:
    """What the manifest's probes ask is told to a kubelet, which has no token and calls the pod by its address."""
    _, container = pod()
    with serving(host="0.0.0.0", admin_token="from-a-secret") as gateway:
        told = {
            probe: status(gateway.url, container[probe]["httpGet"]["path"])
            for probe in ("startupProbe", "readinessProbe", "livenessProbe")
        }
        assert {"startupProbe": 200, "readinessProbe": 200, "livenessProbe": 200} == told
        assert 401 == status(gateway.url, "/__admin/calls")
    assert {"http"} == {container[probe]["httpGet"]["port"] for probe in told}
    assert "http" == next(port["name"] for port in container["ports"] if port["containerPort"] == Config().port)


def status(url: str, path: str) -> int:
    """The HTTP status that a caller by a pod's address gets."""
    with closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)) as connection:
        connection.request("GET", path, headers={"host": "10.1.2.3:2088"})
        return connection.getresponse().status


def let_in(path: str) -> bool:
    """Whether .dockerignore lets a file into the build: the last pattern that fits it, or a folder of it, decides."""
    lines = [line.strip() for line in (PROJECT / ".dockerignore").read_text().splitlines()]
    above = [path, *map(str, PurePosixPath(path).parents)][:-1]
    wanted = True
    for line in filter(None, lines):
        pattern = line.lstrip("!").removeprefix("**/")
        names = [PurePosixPath(name).name for name in above] if "**/" in line else above
        if not line.startswith("#") and any(fnmatchcase(name, pattern) for name in names):
            wanted = line.startswith("!")
    return wanted


def copied() -> list[str]:
    """The files and folders of the checkout that the Dockerfile copies."""
    lines = [rest.split() for stage in stages() for name, rest in stage if name == "COPY" and "--from" not in rest]
    return [source for *sources, _ in lines for source in sources]


def files(*places: str) -> Iterator[str]:
    """The files under some places of the checkout, without what Python leaves there."""
    for place in places:
        found = (PROJECT / place).rglob("*") if (PROJECT / place).is_dir() else [PROJECT / place]
        yield from (
            file.relative_to(PROJECT).as_posix() for file in found if file.is_file() and "__pycache__" not in file.parts
        )


def test_the_build_has_what_it_needs_and_nothing_else() -> None:
    """What building the package reads is copied, all of it is let into the build, and nothing else is."""
    needed = {
        PYPROJECT["project"]["readme"],
        *PYPROJECT["project"]["license-files"],
        *PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"],
        *PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"],
    }
    assert {"pyproject.toml", *needed} == set(copied())
    assert [] == [file for file in files(*copied()) if not let_in(file)]
    others = {place.name for place in PROJECT.iterdir()} - set(copied())
    watched = {name for name in others if not name.startswith(".")} | {".ci", ".github"}
    assert {"tests", "Dockerfile"} <= watched
    assert [] == [file for file in files(*watched) if let_in(file)]
    assert [] == [name for name in others if let_in(f"{name}/config")]
    assert not let_in("mock_alipay/cli/__pycache__/call.cpython-311.pyc")
