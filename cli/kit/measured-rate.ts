/**
 * Texts a second of one vCPU. Two one-thread workers of the embedded model scored 374 tweets a second
 * on a machine with AVX2 but without VNNI; docs/performance.md has other machines and models.
 */
export const MEASURED_PER_VCPU = 187;
