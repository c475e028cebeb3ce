package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
	"unicode/utf8"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/manifest"
)

// manifestLine is a line of RenderConfig.Manifest, as it is written.
type manifestLine struct {
	jobResultJSON
	Fingerprint string
	Modified    time.Time
	SHA256      string
}

// manifestEntry is the part of a line that Resume reads.
type manifestEntry struct {
	ID, Fingerprint  string
	manifest.Content // Bytes, Modified, SHA256
}

// jobRecord is the manifest of a call of RenderAll, with the lines of the jobs that are to be
// resumed. nil: there is no manifest.
type jobRecord struct {
	file *manifest.File
	path string                   // canonical
	made map[string]manifestEntry // the last line of each ID; nil without Resume
}

// openRecord opens the manifest of cfg, and reads it for Resume.
func openRecord(cfg *RenderConfig) (*jobRecord, error) {
	if cfg.Manifest == "" {
		return nil, nil
	}
	file, err := manifest.Open(cfg.Manifest)
	if err != nil {
		if path, ok := errors.AsType[*os.PathError](err); ok {
			err = path.Err
		}
		return nil, &fault.ConfigError{Field: "Manifest", Value: cfg.Manifest, Reason: "cannot be opened", Err: err}
	}
	record := &jobRecord{file: file, path: canonical(cfg.Manifest)}
	if !cfg.Resume {
		return record, nil
	}
	if err := record.read(cfg.Shard); err != nil {
		return nil, errors.Join(fmt.Errorf("avloom: read the manifest %s: %w", cfg.Manifest, err), file.Close())
	}
	return record, nil
}

// read reads the lines of the shard's jobs. It skips what is no line, such as the torn line of a
// process that was killed.
func (m *jobRecord) read(shard Shard) error {
	m.made = map[string]manifestEntry{}
	for text, err := range m.file.Lines() {
		if err != nil {
			return err
		}
		var entry manifestEntry
		if json.Unmarshal(text, &entry) == nil && shard.Has(entry.ID) {
			m.made[entry.ID] = entry
		}
	}
	return nil
}

// check returns an error if the manifest cannot have a line for the job.
func (m *jobRecord) check(job *Job) error {
	switch {
	case m == nil:
		return nil
	case canonical(job.Path) == m.path:
		return &fault.ConfigError{Field: "Path", Value: job.Path, Reason: "is the manifest, which a job must not replace"}
	case !utf8.ValidString(job.ID):
		return &fault.ConfigError{
			Field: "ID", Value: job.ID, Reason: "must be UTF-8 to be written to a manifest; without an ID, Path must be",
		}
	case !utf8.ValidString(job.Fingerprint):
		return &fault.ConfigError{
			Field: "Fingerprint", Value: job.Fingerprint,
			Reason: "must be UTF-8 to be written to a manifest; write the bytes of a hash in hexadecimal digits",
		}
	default:
		return nil
	}
}

// has returns true if the file of the job, which exists, is as the manifest says that this job has
// made it, with this fingerprint. Without a manifest any file will do.
func (m *jobRecord) has(ctx context.Context, job *Job) (bool, error) {
	if m == nil {
		return true, nil
	}
	entry, listed := m.made[job.ID]
	if !listed || entry.Fingerprint != job.Fingerprint {
		return false, nil
	}
	same, err := entry.Is(ctx, job.Path)
	if err != nil {
		return false, fmt.Errorf("avloom: compare the file with the manifest: %w", err)
	}
	return same, nil
}

// contentOf reads the finished file at path for its line.
func (m *jobRecord) contentOf(path string) (manifest.Content, error) {
	if m == nil {
		return manifest.Content{}, nil
	}
	content, err := manifest.ContentOf(context.Background(), path) // what is encoded is not given up
	if err != nil {
		return content, fmt.Errorf("avloom: read the file for the manifest: %w", err)
	}
	return content, nil
}

// add appends the line of a job whose file has got its name.
func (m *jobRecord) add(job *Job, content manifest.Content, result JobResult) error {
	if m == nil {
		return nil
	}
	line, err := json.Marshal(manifestLine{
		jobResultJSON: jobResultJSON{jobResult: jobResult(result)},
		Fingerprint:   job.Fingerprint, Modified: content.Modified, SHA256: content.SHA256,
	})
	if err == nil {
		err = m.file.Append(line)
	}
	if err != nil {
		return fmt.Errorf("avloom: the file is complete, but the manifest does not list it: %w", err)
	}
	return nil
}

// close closes the manifest, whose lines are on the disk.
func (m *jobRecord) close() {
	if m != nil {
		_ = m.file.Close()
	}
}
