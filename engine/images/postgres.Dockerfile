# Stand-in for postgres:17: Debian 13's own PostgreSQL 17, which begins as the official image does: a new cluster in
# PGDATA, the files of /docker-entrypoint-initdb.d, then the command. It knows POSTGRES_HOST_AUTH_METHOD and no other setting.
FROM levelground-debian:13
ARG VERSION
RUN groupadd --gid 999 postgres && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql postgres \
 && apt-get update -qq && apt-get install -y -qq --no-install-recommends "postgresql-${VERSION}" \
 && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/*
COPY postgres-entrypoint /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/lib/postgresql/${VERSION}/bin:$PATH PGDATA=/var/lib/postgresql/data
EXPOSE 5432
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
