package muxer

// join takes a packet of a recording that joins late and has had no picture yet. The recording
// begins with the part of its first picture. Sound waits until that is known.
func (p *Parts) join(input int, item numbered) error {
	if p.cuts[input].video {
		if err := p.beginWith(item.part); err != nil {
			item.Free()
			return err
		}
		item.part = p.count(item.part)
		return p.admit(input, item)
	}
	p.backlog.add(input, item)
	p.open[0].mux.patience.close()
	return p.joinWithoutPictures(false)
}

// joinWithoutPictures begins with the part of the first sound if no picture is expected soon: every
// stream of pictures has ended or is silent, or too much waits. If forced, it begins in any case.
func (p *Parts) joinWithoutPictures(forced bool) error {
	if !forced && p.backlog.bytes <= mostHeldBytes {
		for i := range p.cuts {
			q := &p.open[0].mux.order.queues[i]
			if p.cuts[i].video && !q.ended && !q.silent {
				return nil
			}
		}
	}
	first := int64(0)
	if stream := p.backlog.lowest(); stream >= 0 {
		first = p.backlog.first(stream).part
	}
	return p.beginWith(first)
}

// beginWith makes a part the first one of the recording. Sound of earlier parts is left out.
func (p *Parts) beginWith(part int64) error {
	p.before, p.joining = part, false
	p.open[0].mux.patience.closing = false
	for stream := range p.cuts {
		for p.backlog.has(stream) && p.backlog.first(stream).part < part {
			p.backlog.first(stream).Free()
			p.backlog.drop(stream)
		}
		p.backlog.renumber(stream, part)
	}
	if err := p.giveCues(p.open[0]); err != nil {
		return err
	}
	if err := p.takeBacklog(); err != nil {
		return err
	}
	for input, ended := range p.ended {
		if !ended {
			continue
		}
		if err := p.endEverywhere(input); err != nil {
			return err
		}
	}
	return p.finishPassed()
}
