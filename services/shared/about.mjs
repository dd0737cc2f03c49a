// What a Node service tells of itself at `GET /about`: versions as installed, limits as seen from inside.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { hostname } from "node:os";

const require = createRequire(import.meta.url);

/**
 * The answer to `GET /about`.
 *
 * `framework` and `server` are names of installed packages or of Node's own modules.
 * `parser` is what parses HTTP, `json` what encodes the answers: parts of Node, as `process.versions` names them.
 * Throws if this process has no such package or part.
 */
export function about(framework, server, { parser, json }) {
  return {
    framework,
    framework_version: version(framework),
    server,
    server_version: version(server),
    parser,
    parser_version: partVersion(parser),
    json,
    json_version: partVersion(json),
    language: "JavaScript (V8)",
    language_version: process.versions.v8,
    base_image: process.env.BASE_IMAGE,
    event_loop: "libuv",
    workers: Number(process.env.WORKERS),
    container: hostname(),
    limits: {
      cpus: field("/proc/self/status", /^Cpus_allowed_list:\s*(\S+)/m).split(",").flatMap(range),
      memory_bytes: cgroupLimit("memory.max", "memory/memory.limit_in_bytes"),
      pids: cgroupLimit("pids.max", "pids/pids.max"),
      open_files: Number(field("/proc/self/limits", /^Max open files\s+(\d+)/m)),
    },
  };
}

function version(name) {
  return name.startsWith("node:") ? process.versions.node : require(`${name}/package.json`).version;
}

function partVersion(name) {
  const found = process.versions[name.toLowerCase()];
  if (!found) throw new Error(`about: ${name} is no part of this Node`);
  return found;
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
