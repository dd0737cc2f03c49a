// What the service tells of itself at GET /about: versions as built, limits as seen from inside.
package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

func about() map[string]any {
	version := strings.TrimPrefix(runtime.Version(), "go")
	container, _ := os.Hostname()
	return map[string]any{
		"framework": "net/http", "framework_version": version,
		"server": "net/http", "server_version": version,
		"parser": "net/http", "parser_version": version,
		"json": "encoding/json/v2", "json_version": version,
		"language": "Go", "language_version": version,
		"base_image": os.Getenv("BASE_IMAGE"),
		"event_loop": nil,
		"workers":    runtime.GOMAXPROCS(0),
		"container":  container,
		"limits": map[string]any{
			"cpus":         allowedCPUs(),
			"memory_bytes": cgroupLimit("memory.max", "memory/memory.limit_in_bytes"),
			"pids":         cgroupLimit("pids.max", "pids/pids.max"),
			"open_files":   openFiles(),
		},
	}
}

// allowedCPUs are those of a line such as "Cpus_allowed_list:	0-2,5".
func allowedCPUs() []int {
	cpus := []int{}
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "Cpus_allowed_list:")
	line, _, _ := strings.Cut(rest, "\n")
	for span := range strings.SplitSeq(strings.TrimSpace(line), ",") {
		first, last, isRange := strings.Cut(span, "-")
		if !isRange {
			last = first
		}
		low, _ := strconv.Atoi(first)
		high, _ := strconv.Atoi(last)
		for cpu := low; cpu <= high; cpu++ {
			cpus = append(cpus, cpu)
		}
	}
	return cpus
}

// cgroupLimit is this container's limit, from the version-2 file or else the version-1 file; nil is no limit.
func cgroupLimit(v2, v1 string) *int64 {
	text, err := os.ReadFile("/sys/fs/cgroup/" + v2)
	if err != nil {
		text, _ = os.ReadFile("/sys/fs/cgroup/" + v1)
	}
	limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return nil
	}
	return &limit
}

func openFiles() uint64 {
	var limit syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Cur
}
