package testcodec

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
)

// Dial connects with a client that encrypts with a key made of a password. The caller closes it.
func Dial(ctx context.Context, address, namespace, password string, log sdklog.Logger) (client.Client, error) {
	c, err := newCodec(password)
	if err != nil {
		return nil, err
	}
	data := converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), c)
	return client.DialContext(ctx, client.Options{
		HostPort: address, Namespace: namespace, Logger: log, DataConverter: data,
		FailureConverter: temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
			DataConverter: data, EncodeCommonAttributes: true,
		}),
	})
}

// encoding is that of encrypted payloads.
const encoding = "binary/encrypted"

// codec encrypts payloads with AES-GCM. It refuses those that are not encrypted. Many codecs let
// them pass.
type codec struct{ cipher.AEAD }

var _ converter.PayloadCodec = codec{}

func newCodec(password string) (codec, error) {
	key := sha256.Sum256([]byte(password))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return codec{}, err
	}
	gcm, err := cipher.NewGCM(block)
	return codec{gcm}, err
}

// Encode encrypts payloads.
func (c codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return each(payloads, func(p *commonpb.Payload) (*commonpb.Payload, error) {
		plain, err := proto.Marshal(p)
		if err != nil {
			return nil, err
		}
		nonce := make([]byte, c.NonceSize())
		_, _ = rand.Read(nonce) // it never fails
		return &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encoding)},
			Data:     c.Seal(nonce, nonce, plain, nil),
		}, nil
	})
}

var errPlain = errors.New("the payload is not encrypted")

// Decode decrypts payloads.
func (c codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return each(payloads, func(p *commonpb.Payload) (*commonpb.Payload, error) {
		if string(p.GetMetadata()[converter.MetadataEncoding]) != encoding || len(p.GetData()) < c.NonceSize() {
			return nil, errPlain
		}
		plain, err := c.Open(nil, p.GetData()[:c.NonceSize()], p.GetData()[c.NonceSize():], nil)
		if err != nil {
			return nil, fmt.Errorf("decrypt: %w", err)
		}
		decoded := &commonpb.Payload{}
		return decoded, proto.Unmarshal(plain, decoded)
	})
}

func each(
	payloads []*commonpb.Payload, change func(*commonpb.Payload) (*commonpb.Payload, error),
) ([]*commonpb.Payload, error) {
	changed := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		var err error
		if changed[i], err = change(p); err != nil {
			return nil, err
		}
	}
	return changed, nil
}
