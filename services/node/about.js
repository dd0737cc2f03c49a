// What a Node service tells of itself at `GET /about`: versions as installed, limits as seen from inside.
"use strict";

const { existsSync, readFileSync } = require("node:fs");
const { hostname } = require("node:os");

function about(workers) {
  return {
    framework: "node:http",
    framework_version: process.versions.node,
    server: "node:http",
    server_version: process.versions.node,
    language: "JavaScript (V8)",
    language_version: process.versions.v8,
    event_loop: "libuv",
    workers,
    container: hostname(),
    limits: {
      cpus: field("/proc/self/status", /^Cpus_allowed_list:\s*(\S+)/m).split(",").flatMap(range),
      memory_bytes: cgroupLimit("memory.max", "memory/memory.limit_in_bytes"),
      pids: cgroupLimit("pids.max", "pids/pids.max"),
      open_files: Number(field("/proc/self/limits", /^Max open files\s+(\d+)/m)),
    },
  };
}

function field(file, pattern) {
  return pattern.exec(readFileSync(file, "utf8"))[1];
}

// "0-2" is [0, 1, 2], "5" is [5].
function range(span) {
  const [first, last = first] = span.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

// A limit of this container's cgroup, from the version-2 file or else the version-1 file.
function cgroupLimit(v2, v1) {
  const path = `/sys/fs/cgroup/${v2}`;
  const text = readFileSync(existsSync(path) ? path : `/sys/fs/cgroup/${v1}`, "utf8").trim();
  return text === "max" ? null : Number(text);
}

module.exports = { about };
