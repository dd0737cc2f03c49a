# The recipe of every Go service: one static binary, alone in its image.
ARG GO_IMAGE
FROM ${GO_IMAGE} AS build
ENV CGO_ENABLED=0 GOFLAGS=-mod=vendor
# The packages of Debian 13 that hold the modules of go.mod: they can be had where no module proxy can be reached.
ARG BUILD_PACKAGES
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ${BUILD_PACKAGES} && rm -rf /var/lib/apt/lists/*
WORKDIR /src
ARG SERVICE
COPY shared/pages/ ${SERVICE}/ ./
# What `go mod vendor` would make of them: each module of go.mod, and a list of the packages in it.
RUN sed -nE 's/^\s+(\S+\.\S+) (v\S+).*/\1 \2/p' go.mod | while read -r module version; do \
      mkdir -p vendor/${module} && cp -RT /usr/share/gocode/src/${module} vendor/${module} \
      && printf '# %s %s\n## explicit; go %s\n' "${module}" "${version}" "$(sed -n 's/^go //p' vendor/${module}/go.mod)" \
      && find vendor/${module} -name '*.go' -printf '%h\n' | sort -u | sed 's,^vendor/,,' || exit 1; \
    done > vendor.txt && mv vendor.txt vendor/modules.txt
RUN --mount=type=cache,target=/cache GOCACHE=/cache/go go build -trimpath -ldflags="-s -w" -o /service . \
 && mkdir -p /empty/tmp && chmod 1777 /empty/tmp

FROM scratch
ARG GO_IMAGE
# What the binary was built with: this image has nothing else in it.
ENV BASE_IMAGE=${GO_IMAGE}
COPY shared/pages/static/ /static/
COPY --from=build /service /service
# The mount on /tmp takes its mode from here: without one, it is root's alone from the first restart on.
COPY --from=build /empty/ /
ENTRYPOINT ["/service"]
