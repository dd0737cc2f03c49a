# A service's own image with valgrind on top, for `make count`: nothing else in it differs from what is measured.
# Valgrind is installed once for each base image, and only what callgrind needs is copied from there.
ARG IMAGE
ARG BASE
FROM ${BASE} AS valgrind
# Without Debian's wrapper, which looks for libraries with symbols.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends valgrind \
 && rm -rf /var/lib/apt/lists/* \
 && mv /usr/bin/valgrind.bin /usr/bin/valgrind
COPY --chmod=755 counter /usr/bin/
RUN cd /usr && mkdir /only \
 && cp --parents bin/counter bin/valgrind bin/vgdb \
    libexec/valgrind/callgrind-*-linux libexec/valgrind/vgpreload_core-*-linux.so libexec/valgrind/default.supp /only

FROM ${IMAGE} AS service

# An image that holds nothing but the service has no system to run valgrind on: it gets that of its base.
FROM valgrind AS alone
COPY --from=service / /

# gunicorn_h1c compares ranges of characters with PCMPESTRI where the compiler may use it, which valgrind does not know.
# Compiled without, from the sources that it installs, it takes some hundred instructions more for a request.
FROM service AS h1c
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends gcc libc6-dev python3-dev \
 && rm -rf /var/lib/apt/lists/*
RUN cd /venv/lib/python3*/site-packages/gunicorn_h1c \
 && include=$(python -c 'import sysconfig; print(sysconfig.get_path("include"))') \
 && for name in parser:pico_parser_module parser_fast:pico_parser_fast protocol:pico_protocol; do \
      gcc -O3 -fPIC -shared -I "$include" -I picohttpparser -o _${name%:*}.*.so ${name#*:}.c picohttpparser/picohttpparser.c || exit; \
    done \
 && mkdir /compiled && cp --parents "$PWD"/*.so /compiled

FROM service AS counting
# Fails where there is no system; engine/count then builds `alone`.
RUN ["sh", "-c", ":"]
COPY --from=valgrind /only/ /usr/

FROM counting AS counting-h1c
COPY --from=h1c /compiled/ /
