// Items: any JSON, stored in memory by its id.
package main

import (
	"container/list"
	"net/http"
	"sync"
)

const maxItems = 1_000

var items = store{byID: map[string]*list.Element{}, ages: list.New()}

func putItem(w http.ResponseWriter, r *http.Request) {
	value, ok := readJSON(w, r)
	if !ok {
		return
	}
	status := http.StatusOK
	if items.put(r.PathValue("id"), value) {
		status = http.StatusCreated
	}
	writeJSON(w, status, value)
}

func getItem(w http.ResponseWriter, r *http.Request) {
	value, ok := items.get(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, value)
}

func deleteItem(w http.ResponseWriter, r *http.Request) {
	if !items.delete(r.PathValue("id")) {
		http.NotFound(w, r)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// store holds up to maxItems values; the oldest makes room for the next.
type store struct {
	sync.RWMutex
	byID map[string]*list.Element
	ages *list.List
}

type item struct {
	id    string
	value any
}

// put tells whether the id is a new one.
func (s *store) put(id string, value any) bool {
	s.Lock()
	defer s.Unlock()
	if element, ok := s.byID[id]; ok {
		element.Value = item{id, value}
		return false
	}
	s.byID[id] = s.ages.PushBack(item{id, value})
	if len(s.byID) > maxItems {
		delete(s.byID, s.ages.Remove(s.ages.Front()).(item).id)
	}
	return true
}

func (s *store) get(id string) (value any, ok bool) {
	s.RLock()
	defer s.RUnlock()
	element, ok := s.byID[id]
	if !ok {
		return nil, false
	}
	return element.Value.(item).value, true
}

// delete tells whether there was such an item.
func (s *store) delete(id string) bool {
	s.Lock()
	defer s.Unlock()
	element, ok := s.byID[id]
	if ok {
		s.ages.Remove(element)
		delete(s.byID, id)
	}
	return ok
}
