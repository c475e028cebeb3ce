package muxer

import (
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
)

// Try writes the header as New would do, but discards it, and returns why the container refuses it.
// It logs nothing.
//
// Some boxes of mp4 need a muxer that is less strict. What it would also let pass is refused.
func Try(cfg Config, dst *destination.Destination) error {
	if cfg.spec(dst).OnSurface {
		official := cfg
		official.official = true
		m, err := try(official, dst)
		if err != nil {
			return err
		}
		m.Close()
	}
	m, err := try(cfg, dst)
	if err != nil {
		return err
	}
	m.Close()
	return nil
}

// try returns a Mux that discards what is written, after its header.
func try(cfg Config, dst *destination.Destination) (*Mux, error) {
	cfg.Log, cfg.Warn, cfg.Late = nil, nil, false
	return New(cfg, dst.DryRun())
}

// New writes the header to dst, unless the output joins late: its header depends on where it
// begins, so New only tries it then. New takes dst over, also when it fails. Close frees the Mux
// and closes dst.
func New(cfg Config, dst *destination.Destination) (*Mux, error) {
	m := &Mux{name: cfg.Name, dst: dst}
	if err := m.open(cfg); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

func (m *Mux) open(cfg Config) (err error) {
	if m.writer, err = newWriter(cfg, m.dst); err != nil {
		return err
	}
	if m.tracks, err = m.writer.addStreams(cfg.Streams, cfg.spec(m.dst).MuxerOptions()); err != nil {
		return err
	}
	if m.extras, err = newExtras(cfg, m.writer, m.tracks); err != nil {
		return err
	}
	if err := m.writer.checkIrregular(cfg.Streams); err != nil {
		return err
	}
	spec := cfg.spec(m.dst)
	m.plan(cfg, spec)
	if cfg.Late {
		return m.tryHeader(cfg)
	}
	if err := m.originate(cfg.Origin); err != nil {
		return err
	}
	if err := m.writeHeader(); err != nil {
		return err
	}
	if err := spec.CheckFinish(); err != nil {
		return err
	}
	m.readTimeLimits()
	return m.writer.checkRates(cfg.Streams)
}

// tryHeader tries the header of an output that joins late.
func (m *Mux) tryHeader(cfg Config) error {
	trial, err := try(cfg, m.dst)
	if err != nil {
		return err
	}
	m.timeLimits = trial.timeLimits
	trial.Close()
	return nil
}

// writeHeader writes the header. From then on, packets are held in the container's time base.
func (m *Mux) writeHeader() error {
	if err := m.extras.writeHeader(m.header); err != nil {
		return err
	}
	m.writer.readTimeBases(m.tracks)
	m.writer.hideText(m.tracks)
	m.beginning.begun = true
	m.absentees.needed = container.WaitsForStreams(m.writer.container())
	return nil
}

func (m *Mux) readTimeLimits() {
	for _, t := range m.tracks {
		m.timeLimits = append(m.timeLimits, container.LimitsOfTimes(m.writer.container(), t.to))
	}
}

// plan prepares for the packets, as the container needs it.
func (m *Mux) plan(cfg Config, spec container.Spec) {
	m.header = header{options: spec.MuxerOptions(), tags: cfg.Metadata}
	m.limit = spec.SizeLimit()
	m.inOrder, m.sideBySide = container.TakesOrderOnly(cfg.Format), container.HoldsSideBySide(cfg.Format)
	m.order = newInterleaver(m.tracks)
	m.fragments = newFragments(cfg, m.writer, m.tracks, m.order)
	m.fragments.index.extras = &m.extras
	inSegments := container.IsFolder(cfg.Format) && cfg.Format != container.Pictures
	m.writer.times = latencies{
		streams: make([]latency, len(m.tracks)), delayed: inSegments || m.fragments.rule.Length > 0,
	}
	m.beginning = beginning{
		late: cfg.Late, tracks: m.tracks, order: m.order, skipped: make([]int64, len(m.tracks)), warn: cfg.Warn,
	}
	if cfg.Late {
		m.flac = newFLACParts(cfg, 1)
	}
	m.start = zeroStart{writer: m.writer, tracks: m.tracks, order: m.order}
	m.absentees = absentees{
		absent: make([]bool, len(m.tracks)),
		writer: m.writer, tracks: m.tracks, order: m.order,
	}
	crashSafe := spec.CrashSafe && spec.CanBeCrashSafe()
	m.patience = newPatience(cfg, crashSafe || !m.dst.CanSeek())
	m.patience.limited = m.patience.limited && !m.inOrder && !m.sideBySide
	m.patience.order, m.patience.writer, m.patience.onSilence = m.order, m.writer, m.absentees.mark
}
