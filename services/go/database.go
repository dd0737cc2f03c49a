// Database: rows of PostgreSQL by database/sql and the driver pgx, one by one, and a page of them.
package main

import (
	"cmp"
	"context"
	"database/sql"
	"html/template"
	"log"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	_ "github.com/jackc/pgx/v4/stdlib"
)

// timeout is how long the service waits for others: for a connection that is free, a statement, a quote.
const timeout = 2 * time.Second

var (
	database     = mustOpenDatabase()
	fortunesPage = template.Must(template.ParseFS(templates, "templates/fortunes.html"))
)

// mustOpenDatabase is the one that the environment names; each connection is opened when it is first needed.
func mustOpenDatabase() *sql.DB {
	database, err := sql.Open("pgx", "")
	if err != nil {
		log.Fatal("database: ", err)
	}
	connections, err := strconv.Atoi(os.Getenv("DATABASE_CONNECTIONS"))
	if err != nil {
		log.Fatal("DATABASE_CONNECTIONS: ", err)
	}
	database.SetMaxOpenConns(connections)
	database.SetMaxIdleConns(connections)
	return database
}

type numbered struct {
	ID     int `json:"id"`
	Number int `json:"number"`
}

func db(w http.ResponseWriter, r *http.Request) {
	id, ok := integer(r.FormValue("id"), 1, 10_000)
	if !ok {
		http.NotFound(w, r)
		return
	}
	row, err := selectWorld(r.Context(), id)
	answer(w, row, err)
}

func queries(w http.ResponseWriter, r *http.Request) {
	ids, ok := askedFor(r)
	if !ok {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	rows, err := selectWorlds(r.Context(), ids)
	answer(w, rows, err)
}

func updates(w http.ResponseWriter, r *http.Request) {
	ids, ok := askedFor(r)
	number, okNumber := integer(r.FormValue("number"), 0, 10_000)
	if !ok || !okNumber {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	rows, err := updateTally(r.Context(), ids, number)
	answer(w, rows, err)
}

func fortunes(w http.ResponseWriter, r *http.Request) {
	fortunes, err := selectFortunes(r.Context())
	if err != nil {
		unavailable(w)
		return
	}
	fortunes = append(fortunes, fortune{0, r.FormValue("added")})
	slices.SortFunc(fortunes, func(a, b fortune) int { return cmp.Compare(a.Message, b.Message) })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fortunesPage.Execute(w, fortunes)
}

// askedFor is the ids of n rows: n is never refused, but brought into its limits.
func askedFor(r *http.Request) (ids []int, ok bool) {
	start, ok := integer(r.FormValue("start"), 1, 500)
	n, _ := strconv.Atoi(r.PathValue("n")) // of too many digits, it is the largest int
	for i := range min(max(n, 1), 500) {
		ids = append(ids, start+19*i)
	}
	return ids, ok
}

func selectWorld(ctx context.Context, id int) (row numbered, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err = database.QueryRowContext(ctx, "SELECT id, number FROM world WHERE id = $1", id).Scan(&row.ID, &row.Number)
	return row, err
}

func selectWorlds(ctx context.Context, ids []int) (rows []numbered, err error) {
	for _, id := range ids {
		row, err := selectWorld(ctx, id)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// updateTally is one transaction. It would end with a context that has a deadline, and each of its statements may take
// its time: so its context is cancelled by a timer, which starts again with each of them. To be connected takes a
// deadline all the same: the lookup of a name heeds nothing else.
func updateTally(ctx context.Context, ids []int, number int) (rows []numbered, err error) {
	connection, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	timer := time.AfterFunc(timeout, cancel)
	defer timer.Stop()
	transaction, err := connection.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer transaction.Rollback()
	for _, id := range ids {
		var row numbered
		timer.Reset(timeout)
		locked := transaction.QueryRowContext(ctx, "SELECT id, number FROM tally WHERE id = $1 FOR UPDATE", id)
		if err := locked.Scan(&row.ID, &row.Number); err != nil {
			return nil, err
		}
		row.Number = number
		timer.Reset(timeout)
		if _, err := transaction.ExecContext(ctx, "UPDATE tally SET number = $1 WHERE id = $2", row.Number, row.ID); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	timer.Reset(timeout)
	return rows, transaction.Commit()
}

func connect(ctx context.Context) (*sql.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return database.Conn(ctx)
}

type fortune struct {
	ID      int
	Message string
}

func selectFortunes(ctx context.Context) (fortunes []fortune, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	rows, err := database.QueryContext(ctx, "SELECT id, message FROM fortune")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one fortune
		if err := rows.Scan(&one.ID, &one.Message); err != nil {
			return nil, err
		}
		fortunes = append(fortunes, one)
	}
	return fortunes, rows.Err()
}

func answer(w http.ResponseWriter, value any, err error) {
	if err != nil {
		unavailable(w)
		return
	}
	writeJSON(w, http.StatusOK, value)
}

func unavailable(w http.ResponseWriter) {
	http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
}
