/**
 * CPU families that the service is tested on. ONNX Runtime's kernels of two families round
 * differently, so each has separate golden probabilities and a separate tolerance.
 */
export const CPU_FAMILIES = ['x64', 'arm64'] as const;

export type CpuFamily = (typeof CPU_FAMILIES)[number];

/** @param architecture as Node names it; ONNX Runtime's package supports x64 and arm64 only */
export function cpuFamilyOf(architecture: string): CpuFamily {
  return architecture === 'arm64' ? 'arm64' : 'x64';
}
