# The recipe of every Go service: one static binary, alone in its image.
ARG GO_IMAGE
FROM ${GO_IMAGE} AS build
ENV CGO_ENABLED=0 GOFLAGS=-mod=mod
WORKDIR /src
ARG SERVICE
COPY shared/pages/ ${SERVICE}/ ./
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
