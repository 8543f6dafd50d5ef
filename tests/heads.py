"""Request heads of the official SDKs, with LF line ends and without the final empty line."""

from __future__ import annotations

JAVA_HEAD = """\
POST {target} HTTP/1.1
Accept: text/plain,text/xml,text/javascript,text/html
User-Agent: global-open-sdk-java/2.2.8
Content-Type: application/json; charset=UTF-8
Connection: keep-alive
Request-Time: {time}
Signature: {signature}
client-id: {client_id}
Host: {host}
Content-Length: {length}
"""

PHP_HEAD = """\
POST {target} HTTP/1.1
Host: {host}
Accept: */*
Content-Type:application/json; charset=UTF-8
Request-Time:{time}
client-id:{client_id}
Signature:{signature}
User-Agent:global-open-sdk-php/1.5.5
Content-Length: {length}
"""

GO_HEAD = """\
POST {target} HTTP/1.1
Host: {host}
User-Agent: Go-http-client/1.1
Content-Length: {length}
Agent-Token: 
Client-Id: {client_id}
Content-Type: application/json
Content-Type: application/json; charset=UTF-8
Key-Version: 1
Request-Time: {time}
Sdk-Version: global-open-sdk-go
Signature: {signature}
Accept-Encoding: gzip
"""  # noqa: W291 - the Agent-Token is empty

DOTNET_HEAD = """\
POST {target} HTTP/1.1
Host: {host}
client-id: {client_id}
signature: {signature}
request-time: {time}
User-Agent: global-open-sdk-dotnet/2.2.5
X-sdkVersion: ams-dotnet.20201113
Content-Type: application/json; charset=UTF-8
Content-Length: {length}
"""

PYTHON_HEAD = """\
POST https://{host}{target} HTTP/1.1
Host: {host}
Accept-Encoding: identity
Content-Length: {length}
Content-type: application/json; charset=UTF-8
Accept: text/plain,text/xml,text/javascript,text/html
Cache-Control: no-cache
Connection: Keep-Alive
User-Agent: global-open-sdk-python/{version}
Request-Time: {time}
client-id: {client_id}
Signature: {signature}
"""
