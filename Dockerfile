# mock-alipay as a container: docker build -t mock-alipay . && docker run -p 127.0.0.1:2088:2088 mock-alipay
ARG BASE=python:3.14-slim

FROM ${BASE} AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY mock_alipay mock_alipay
COPY scenarios scenarios
# A pip outside of the environment installs into it, so that the image has no pip. Wheels only: there is no compiler.
# Settings of pip, such as an index: --secret id=pip,src=pip.conf. They do not get into the image.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3 -m venv /pip && python3 -m venv --without-pip /opt/mock-alipay \
    && /pip/bin/pip --python /opt/mock-alipay/bin/python install --no-cache-dir --no-compile --only-binary=:all: .
# Running a gateway compiles the modules that it loads, and only these. The official Python images have no compiled
# standard library, and a container with a read-only root cannot store one. If the gateway does not start and reply here,
# the build fails. Times of whole seconds: builders round the times of files, and Python discards compiled modules whose
# source has another time. Free ports, and no process left: some builders share network and processes of the machine.
ENV PATH=/opt/mock-alipay/bin:$PATH PYTHONPYCACHEPREFIX=/opt/mock-alipay/pycache MOCK_ALIPAY_HOME=/first \
    MOCK_ALIPAY_PORT=0 MOCK_ALIPAY_TLS_PORT=0
RUN set -eu; \
    find /opt/mock-alipay -name '*.py' -exec touch -d '2020-01-01 00:00:00' {} +; \
    mock-alipay & \
    trap "kill $!" EXIT; \
    mock-alipay ready --wait 60; \
    for call in createPaymentSession pay inquiryPayment; do mock-alipay call "$call"; done; \
    echo '{}' | mock-alipay call createPaymentSession -; \
    mock-alipay scenarios >/dev/null; mock-alipay use success; mock-alipay reset; mock-alipay env >/dev/null; \
    trap - EXIT; kill $!; wait $!; \
    rm -r /first; \
    install -d -m 1777 /made/mock-alipay

FROM ${BASE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="mock-alipay" \
      org.opencontainers.image.description="A local fake of the Alipay/Antom payment gateway (AMS API)" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /opt/mock-alipay /opt/mock-alipay
# The folder of the certificate authority is writable for any user id: docker run --user 1234 --read-only.
COPY --from=build /made /var/lib
ENV PATH=/opt/mock-alipay/bin:$PATH \
    PYTHONPYCACHEPREFIX=/opt/mock-alipay/pycache \
    PYTHONUNBUFFERED=1 \
    MOCK_ALIPAY_HOST=0.0.0.0 \
    MOCK_ALIPAY_ADMIN_HOSTS=mock-alipay \
    MOCK_ALIPAY_HOME=/var/lib/mock-alipay
USER 10001:10001
VOLUME /var/lib/mock-alipay
EXPOSE 2088 2089
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --start-interval=250ms --retries=3 \
    CMD ["mock-alipay", "ready"]
ENTRYPOINT ["mock-alipay"]
