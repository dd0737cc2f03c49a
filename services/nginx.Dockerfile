# The recipe of every service that is an nginx configuration.
ARG NGINX_IMAGE
FROM ${NGINX_IMAGE}
ARG NGINX_IMAGE
ENV BASE_IMAGE=${NGINX_IMAGE}
WORKDIR /app
ARG SERVICE
COPY ${SERVICE}/ ./
# In place of the image's own entrypoint, which edits files under a root that is read-only here.
ENTRYPOINT ["sh", "start.sh"]
CMD []
