import type { HttpSettings } from './app-deps.ts';

/** What the OpenAPI document says of routes for callers: a key is needed where one is configured. */
export function callerSecurity({ apiKeys }: HttpSettings): Record<string, string[]>[] {
  return apiKeys.length > 0 ? [{ apiKey: [] }] : [{}, { apiKey: [] }];
}

export const ADMIN_SECURITY: Record<string, string[]>[] = [{ adminToken: [] }];
