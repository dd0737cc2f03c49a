#!/bin/sh
# nginx cannot look at its own limits: they are written down here, once, before it starts.
set -eu

# A limit of this container's cgroup, from the version-2 file or else the version-1 file.
limit() {
    cat "/sys/fs/cgroup/$1" 2>/dev/null || cat "/sys/fs/cgroup/$2"
}

# "0-2,5" is 0,1,2,5.
cpus() {
    sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status | tr , '\n' | while IFS=- read -r first last; do
        seq "$first" "${last:-$first}"
    done | paste -sd ,
}

version=$(nginx -v 2>&1 | cut -d / -f 2 | cut -d ' ' -f 1)

sed 's/: max/: null/' > /tmp/about.json <<END
{
  "framework": "nginx", "framework_version": "$version",
  "server": "nginx", "server_version": "$version",
  "parser": "nginx", "parser_version": "$version",
  "json": null, "json_version": null,
  "language": "C", "language_version": null,
  "base_image": "$BASE_IMAGE",
  "event_loop": "epoll",
  "workers": $WORKERS,
  "container": "$(hostname)",
  "limits": {
    "cpus": [$(cpus)],
    "memory_bytes": $(limit memory.max memory/memory.limit_in_bytes),
    "pids": $(limit pids.max pids/pids.max),
    "open_files": $(ulimit -n)
  }
}
END

exec nginx -e stderr -c /app/nginx.conf -g "daemon off; worker_processes $WORKERS;"
