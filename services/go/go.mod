module levelground/services/go

go 1.27

// In the versions of Debian 13, whose packages go.Dockerfile builds with.
require (
	github.com/coder/websocket v1.8.12
	github.com/jackc/pgx/v4 v4.18.1
)

require (
	github.com/jackc/chunkreader/v2 v2.0.1 // indirect
	github.com/jackc/pgconn v1.14.0 // indirect
	github.com/jackc/pgio v1.0.0 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgproto3/v2 v2.3.2 // indirect
	github.com/jackc/pgservicefile v0.0.0-20231201235250-de7065d80cb9 // indirect
	github.com/jackc/pgtype v1.10.0 // indirect
	golang.org/x/crypto v0.25.0 // indirect
	golang.org/x/text v0.22.0 // indirect
)
