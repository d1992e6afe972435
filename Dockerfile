# Pututu in a container: built from this checkout with the pinned packages, run by a user without rights. No secret is in the
# image: they come as files at run time (PUTUTU_TOKEN_FILE=/run/secrets/token and so on).
#   docker build -t pututu .
#   docker run --rm pututu --help
ARG PYTHON_IMAGE=python:3.12.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
RUN python -m venv /opt/pututu
COPY constraints.txt ./
RUN /opt/pututu/bin/pip install --no-cache-dir --disable-pip-version-check 'pip>=25'
COPY . .
RUN /opt/pututu/bin/pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt '.[postgresql,translation,parquet]'

FROM ${PYTHON_IMAGE}
# Apertium translates where no model was pulled.
RUN apt-get update \
    && apt-get install -y --no-install-recommends apertium-eng-spa \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --user-group --no-create-home --home-dir /var/lib/pututu --shell /usr/sbin/nologin pututu \
    && install -d -o pututu -g pututu -m 750 /var/lib/pututu
COPY --from=build /opt/pututu /opt/pututu
ENV PATH=/opt/pututu/bin:$PATH PYTHONUNBUFFERED=1 PUTUTU_HOME=/var/lib/pututu
USER 1000:1000
WORKDIR /var/lib/pututu
VOLUME /var/lib/pututu
EXPOSE 8642
ENTRYPOINT ["pututu"]
CMD ["up"]
