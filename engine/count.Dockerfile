# A service's own image with valgrind on top, for `make count`: nothing else in it differs from what is measured.
# Valgrind is installed once for each base image; of it comes from there what callgrind needs, for the sake of size.
ARG IMAGE
ARG BASE
FROM ${BASE} AS valgrind
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends valgrind && rm -rf /var/lib/apt/lists/*
RUN mkdir /valgrind && cd /usr/libexec/valgrind && cp callgrind-*-linux vgpreload_core-*-linux.so default.supp /valgrind/

FROM ${IMAGE}
COPY --from=valgrind /valgrind/ /usr/libexec/valgrind/
# Without Debian's wrapper, which looks for libraries with symbols.
COPY --from=valgrind /usr/bin/valgrind.bin /usr/bin/valgrind
COPY --from=valgrind /usr/bin/vgdb /usr/bin/
COPY --chmod=755 counter /usr/bin/
