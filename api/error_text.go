package api

import (
	"encoding/json"
	"errors"
)

// errorText is an error that is a text in JSON, and null if it is nil.
type errorText struct{ error }

// MarshalJSON writes the text.
func (e errorText) MarshalJSON() ([]byte, error) {
	if e.error == nil {
		return []byte("null"), nil
	}
	return json.Marshal(e.Error())
}

// UnmarshalJSON makes an error of the text.
func (e *errorText) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	e.error = nil
	if text != nil {
		e.error = errors.New(*text)
	}
	return nil
}
