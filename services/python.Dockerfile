# The recipe of every Python service: a virtual environment from hashed pins, and the app beside it.
ARG PYTHON_IMAGE
FROM ${PYTHON_IMAGE} AS build
# What a package that comes as source is built with: of Debian, none of it in the service's image.
ARG BUILD_PACKAGES
RUN test -z "${BUILD_PACKAGES}" || { apt-get update -qq && apt-get install -y -qq --no-install-recommends ${BUILD_PACKAGES} && rm -rf /var/lib/apt/lists/*; }
ARG UV_VERSION
RUN --mount=type=cache,target=/cache pip install --cache-dir /cache/pip --quiet --root-user-action=ignore uv==${UV_VERSION}
RUN python -m venv --without-pip /venv
ARG SERVICE
COPY ${SERVICE}/requirements.txt /tmp/
RUN --mount=type=cache,target=/cache \
    uv pip install --cache-dir /cache/uv --quiet --python /venv --require-hashes --compile-bytecode --link-mode copy -r /tmp/requirements.txt

FROM ${PYTHON_IMAGE}
ARG PYTHON_IMAGE
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 BASE_IMAGE=${PYTHON_IMAGE}
COPY --from=build /venv /venv
WORKDIR /app
ARG SERVICE
COPY shared/*.py shared/pages/ ${SERVICE}/ ./
RUN python -m compileall -q .
