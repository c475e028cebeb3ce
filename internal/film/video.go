package film

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/pipeline"
)

// video is the video stream of a film. A packet of a chunk is shown as many frames later as the
// chunk begins after the film. Packet n in the order of decoding is decoded at frame n - delay, as
// one encoder counts it. The chunks' own decoding times are not used: the first packet of a chunk
// of one or two frames has another delay than that of longer ones.
type video struct {
	joint   Joint
	clock   clock
	delay   int64 // in frames
	first   Info  // of the first chunk
	packets *shelf.Packets

	index  int     // of the next chunk
	chunk  Chunk   // that is being read
	reader *Reader // nil: none is
	check  *checker
	count  int64 // of packets of the film
}

// newVideo looks into each chunk before the first packet is read.
func newVideo(j Joint, packets *shelf.Packets) (v *video, err error) {
	v = &video{joint: j, packets: packets}
	if v.clock, err = newClock(j.Video.Codec.TimeBase, j.Video.FrameRate); err != nil {
		return v, err
	}
	var lead, longest int64
	for i := range j.Cut.Chunks() {
		c := j.Cut.At(i)
		info, err := ReadInfo(j.Path(c))
		if err == nil && i == 0 {
			v.first = info
		}
		if err == nil {
			err = v.fits(c, &info)
		}
		if err != nil {
			return v, chunkError(c, err)
		}
		v.delay = max(v.delay, v.clock.framesIn(-info.FirstDTS))
		lead, longest = max(lead, info.Lead), max(longest, int64(c.Frames))
	}
	if ahead := j.Video.DecodedAhead; longest <= ahead && int64(j.Cut.Frames) > ahead {
		v.delay = max(v.delay, ahead) // no chunk is long enough to show it
	}
	if lead > v.delay {
		return v, fmt.Errorf("the encoder decodes pictures %d frames ahead, and its times tell %d", lead, v.delay)
	}
	return v, nil
}

// fits returns why a chunk does not fit into the film.
func (v *video) fits(c Chunk, info *Info) error {
	want := v.first
	want.Head = v.joint.Head(c)
	if err := fits(info, want, v.joint.Video); err != nil {
		return err
	}
	switch {
	case info.LaterIsNew:
		return errors.New("the encoder changed the header in the middle")
	case !bytes.Equal(info.NewHeader, v.first.NewHeader):
		return errors.New("its header is another one than that of the first chunk")
	}
	return nil
}

// fits returns why a file is not what was wanted of a stream.
func fits(info *Info, want Info, s muxer.Stream) error {
	base := s.Codec.TimeBase
	switch {
	case info.Frames != want.Frames || info.From != want.From:
		return fmt.Errorf("its file holds %s", info.Head)
	case info.Fingerprint != want.Fingerprint:
		return errors.New("its file was made for another film, with other settings, or with another build of the encoder")
	case info.Encoder != s.Codec.Encoder:
		return fmt.Errorf("its encoder is %s instead of %s", info.Encoder, s.Codec.Encoder)
	case info.TimeBase != base:
		return fmt.Errorf("its time base is %v instead of %v", info.TimeBase, base)
	case !bytes.Equal(info.Header, s.Codec.Parameters.ExtraData()):
		return errors.New("its header is another one than that of the film")
	}
	return nil
}

// next returns the next packet of the film.
func (v *video) next() (p pipeline.Packet, err error) {
	for {
		if v.reader == nil {
			if v.index == v.joint.Cut.Chunks() {
				return p, io.EOF
			}
			if err := v.open(); err != nil {
				return p, chunkError(v.chunk, err)
			}
		}
		p, err = v.reader.Next()
		if err == nil {
			err = v.place(p)
		} else if errors.Is(err, io.EOF) {
			err = v.end()
			if err == nil {
				continue
			}
		}
		if err != nil {
			return pipeline.Packet{}, chunkError(v.chunk, err)
		}
		return p, nil
	}
}

// open opens the next chunk.
func (v *video) open() (err error) {
	v.chunk = v.joint.Cut.At(v.index)
	v.check, err = newChecker(v.chunk.Frames, v.joint.Video.Codec.TimeBase, v.joint.Video.FrameRate)
	if err != nil {
		return err
	}
	r, err := OpenReader(v.joint.Path(v.chunk), v.packets)
	if err != nil {
		return err
	}
	v.reader = r
	r.dropHeaders = v.index > 0 // they are those of the first chunk
	v.index++
	return v.fits(v.chunk, &r.Info)
}

// end closes the chunk that has been read.
func (v *video) end() error {
	v.close()
	if err := v.check.end(); err != nil {
		return err
	}
	if v.joint.Joined != nil {
		v.joint.Joined(v.chunk)
	}
	return nil
}

// place gives a packet its times in the film. It frees the packet if that fails.
func (v *video) place(p pipeline.Packet) error {
	err := v.check.add(p)
	pts := p.Pts() + int64(v.chunk.From)*v.clock.ticks
	dts := (v.count - v.delay) * v.clock.ticks
	if err == nil && pts < dts {
		err = fmt.Errorf("packet %d is shown before it is decoded", v.check.count-1)
	}
	if err != nil {
		p.Free()
		return err
	}
	p.SetPts(pts)
	p.SetDts(dts)
	p.SetDuration(v.clock.ticks)
	v.count++
	return nil
}

// close closes the file of the chunk that is being read.
func (v *video) close() {
	if v.reader != nil {
		v.reader.Close()
		v.reader = nil
	}
}
