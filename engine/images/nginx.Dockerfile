# Stand-in for nginx:1.26: Debian 13's own nginx.
FROM levelground-debian:13
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx && rm -rf /var/lib/apt/lists/*
CMD ["nginx", "-g", "daemon off;"]
