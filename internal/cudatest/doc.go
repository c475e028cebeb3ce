// Package cudatest runs tests on a stand-in for the two libraries of NVIDIA's driver, so that they
// need no GPU. The stand-in is the C code in gpu/testdata; this package compiles it.
//
// Each case runs in a process of its own, which loads the stand-in in place of the driver, with the
// faults that the case sets. The package checks that the case has freed all objects of the
// stand-in. On a machine with a GPU, RunOnGPU runs cases on the real driver. Each test logs a line
// "device: ..." that tells which of them it uses; scripts/device.sh reads these lines.
//
// To add a case: a Case in the list that a test passes to Run. To add a fault: a call of
// standin_fails in gpu/testdata, and its name in Case.Faults.
package cudatest
