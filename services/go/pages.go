// Pages: a file, and a page of the template engine.
package main

import (
	"embed"
	"encoding/json/v2"
	"html/template"
	"log"
	"net/http"
	"os"
)

var (
	//go:embed templates
	templates embed.FS
	//go:embed rows.json
	rowsJSON []byte

	static = os.DirFS("/static")
	table  = template.Must(template.ParseFS(templates, "templates/table.html"))
	rows   = mustReadRows()
)

type row struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	Note string `json:"note"`
}

func mustReadRows() (rows []row) {
	if err := json.Unmarshal(rowsJSON, &rows); err != nil {
		log.Fatal("rows.json: ", err)
	}
	return rows
}

func serveStatic(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, static, r.PathValue("file"))
}

func showTable(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	table.Execute(w, struct {
		Title string
		Rows  []row
	}{r.URL.Query().Get("title"), rows})
}
