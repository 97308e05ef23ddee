# The image holds the interpreters that functions commonly need beside the binary.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN make build VERSION=${VERSION}

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates nodejs python3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 stagedoor \
 && mkdir /data && chown stagedoor /data
COPY --from=build /src/bin/stagedoor /usr/local/bin/stagedoor
USER stagedoor
ENV STAGEDOOR_LISTEN=0.0.0.0:4566 STAGEDOOR_DATA_DIR=/data
VOLUME /data
EXPOSE 4566
HEALTHCHECK --interval=5s --timeout=2s CMD ["stagedoor", "status", "--url", "http://127.0.0.1:4566"]
ENTRYPOINT ["stagedoor"]
CMD ["start"]
