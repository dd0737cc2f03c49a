// State: a cookie, and a session that is signed. net/http has no sessions: HMAC-SHA256 signs what the cookie holds.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json/v2"
	"net/http"
	"strings"
)

var secretKey = []byte("of this stand, and no secret")

func cookie(w http.ResponseWriter, r *http.Request) {
	var answer struct {
		Color *string `json:"color"`
	}
	if given, err := r.Cookie("color"); err == nil {
		answer.Color = &given.Value
	}
	args := r.URL.Query()
	set := http.Cookie{Name: "color", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if color := args.Get("set"); color != "" {
		set.Value, set.MaxAge = color, 3600
		http.SetCookie(w, &set)
	} else if args.Has("expire") {
		set.MaxAge = -1
		http.SetCookie(w, &set)
	}
	writeJSON(w, http.StatusOK, answer)
}

type session struct {
	Visits int `json:"visits"`
}

func countVisits(w http.ResponseWriter, r *http.Request) {
	s := openSession(r)
	s.Visits++
	s.save(w)
	writeJSON(w, http.StatusOK, s)
}

// openSession is a new one if there is none, or one that is forged.
func openSession(r *http.Request) (s session) {
	given, err := r.Cookie("session")
	if err != nil {
		return s
	}
	payload, signature, _ := strings.Cut(given.Value, ".")
	if !hmac.Equal([]byte(signature), []byte(sign(payload))) {
		return s
	}
	if text, err := base64.RawURLEncoding.DecodeString(payload); err == nil {
		json.Unmarshal(text, &s)
	}
	return s
}

func (s session) save(w http.ResponseWriter) {
	text, _ := json.Marshal(s)
	payload := base64.RawURLEncoding.EncodeToString(text)
	http.SetCookie(w, &http.Cookie{
		Name: "session", Value: payload + "." + sign(payload), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func sign(payload string) string {
	mac := hmac.New(sha256.New, secretKey)
	mac.Write([]byte(payload))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
