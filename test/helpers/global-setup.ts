/** The engine's workers and the end-to-end tests run the bundle: build it once, before all tests. */
export default async function globalSetup(): Promise<void> {
  await import('../../script/build.ts');
}
