# The recipe of vibora: the Python recipe, and a source archive that is edited and compiled.
ARG PYTHON_IMAGE
FROM ${PYTHON_IMAGE} AS build
# python3-dev is for the headers, where Python itself is Debian's.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev python3-dev && rm -rf /var/lib/apt/lists/*
ARG UV_VERSION
RUN --mount=type=cache,target=/cache pip install --cache-dir /cache/pip --quiet --root-user-action=ignore uv==${UV_VERSION}
RUN python -m venv --without-pip /venv
ARG SERVICE
COPY ${SERVICE}/requirements.txt /tmp/
RUN --mount=type=cache,target=/cache \
    uv pip install --cache-dir /cache/uv --quiet --python /venv --require-hashes --compile-bytecode --link-mode copy -r /tmp/requirements.txt
WORKDIR /source
COPY ${SERVICE}/source.txt ./
RUN --mount=type=cache,target=/cache \
    pip --python /venv/bin/python download --cache-dir /cache/pip --quiet --require-hashes --no-deps --no-binary :all: --no-build-isolation -r source.txt \
 && tar --extract --file *.tar.gz --strip-components 1
COPY ${SERVICE}/build.py /tmp/
RUN python /tmp/build.py . \
 && uv pip install --no-cache --quiet --python /venv --no-deps --no-build-isolation --compile-bytecode --link-mode copy . \
 && uv pip uninstall --quiet --python /venv cython

FROM ${PYTHON_IMAGE}
ARG PYTHON_IMAGE
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 BASE_IMAGE=${PYTHON_IMAGE}
COPY --from=build /venv /venv
WORKDIR /app
ARG SERVICE
COPY shared/*.py shared/pages/ ${SERVICE}/ ./
RUN python -m compileall -q .
