// Streams: an answer piece by piece, server-sent events, and a WebSocket that echoes.
package main

import (
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

const maxMessage = 1 << 20

func stream(w http.ResponseWriter, r *http.Request) {
	chunks, ok := integer(r.PathValue("chunks"), 1, 1_000)
	pause, okPause := pauseOf(r)
	if !ok || !okPause {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	flusher := http.NewResponseController(w)
	for i := range chunks {
		fmt.Fprintf(w, "piece %d\n", i+1)
		if flusher.Flush() != nil {
			return // the client hung up
		}
		time.Sleep(pause)
	}
}

func events(w http.ResponseWriter, r *http.Request) {
	count, ok := integer(r.FormValue("count"), 1, 1_000)
	pause, okPause := pauseOf(r)
	if !ok || !okPause {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	name := r.FormValue("name")
	w.Header().Set("Content-Type", "text/event-stream")
	flusher := http.NewResponseController(w)
	for i := range count {
		fmt.Fprintf(w, "id: %d\nevent: tick\ndata: %s %d\n\n", i+1, name, i+1)
		if flusher.Flush() != nil {
			return // the client hung up
		}
		time.Sleep(pause)
	}
}

// pauseOf is how long to wait between two pieces.
func pauseOf(r *http.Request) (pause time.Duration, ok bool) {
	if !r.URL.Query().Has("ms") {
		return 0, true
	}
	ms, ok := integer(r.FormValue("ms"), 0, 1_000)
	return time.Duration(ms) * time.Millisecond, ok
}

func echoMessages(w http.ResponseWriter, r *http.Request) {
	connection, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer connection.CloseNow()
	connection.SetReadLimit(maxMessage)
	for {
		kind, message, err := connection.Read(r.Context())
		if err != nil {
			return
		}
		// The package leaves this check to its user.
		if kind == websocket.MessageText && !utf8.Valid(message) {
			connection.Close(websocket.StatusInvalidFramePayloadData, "text is UTF-8")
			return
		}
		if connection.Write(r.Context(), kind, message) != nil {
			return
		}
	}
}
