import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy

from mock_alipay import Mock


@pytest.fixture(scope="session")
def mock_alipay_server():
    """The gateway that the fixture mock_alipay uses: a container in place of a thread."""
    container = DockerContainer("mock-alipay").with_env("MOCK_ALIPAY_ADMIN_OPEN", "1").with_exposed_ports(2088)
    with container.waiting_for(HealthcheckWaitStrategy()):
        url = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(2088)}"
        with Mock(url) as mock:
            yield mock
