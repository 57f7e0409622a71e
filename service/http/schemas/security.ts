import type { HttpSettings } from '../app-deps.ts';

/** OpenAPI security of caller routes: an API key, if one is configured. */
export function callerSecurity({ apiKeys }: HttpSettings): Record<string, string[]>[] {
  return apiKeys.length > 0 ? [{ apiKey: [] }] : [];
}

export const ADMIN_SECURITY: Record<string, string[]>[] = [{ adminToken: [] }];
