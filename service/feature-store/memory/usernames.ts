import type { UserId } from '../../domain/user.ts';

interface Profile {
  username: string;
  eventMs: number;
  /** All names of the user so far, in lower case. */
  readonly names: Set<string>;
}

interface Owner {
  readonly id: UserId;
  readonly eventMs: number;
  readonly endsMs: number;
}

/** Usernames: the newest event decides who has a name, and which name a user has. */
export class Usernames {
  readonly #ttlMs: number;
  readonly #now: () => number;
  readonly #profiles = new Map<UserId, Profile>();
  readonly #owners = new Map<string, Owner>();

  constructor(ttlMs: number, now: () => number) {
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  learn(id: UserId, username: string, eventMs: number): void {
    const name = username.toLowerCase();
    const profile = this.#profiles.get(id) ?? { username, eventMs, names: new Set() };
    this.#profiles.set(id, profile);
    profile.names.add(name);
    if (eventMs > profile.eventMs) Object.assign(profile, { username, eventMs });

    const owner = this.#ownerOf(name);
    if (owner && owner.id !== id && owner.eventMs >= eventMs) return;
    const newestMs = owner?.id === id ? Math.max(owner.eventMs, eventMs) : eventMs;
    this.#owners.set(name, { id, eventMs: newestMs, endsMs: this.#now() + this.#ttlMs });
  }

  idOf(username: string): UserId | null {
    return this.#ownerOf(username.toLowerCase())?.id ?? null;
  }

  nameOf(id: UserId): string | null {
    return this.#profiles.get(id)?.username ?? null;
  }

  forget(id: UserId): void {
    for (const name of this.#profiles.get(id)?.names ?? []) {
      if (this.#owners.get(name)?.id === id) this.#owners.delete(name);
    }
    this.#profiles.delete(id);
  }

  clear(): void {
    this.#profiles.clear();
    this.#owners.clear();
  }

  #ownerOf(name: string): Owner | undefined {
    const owner = this.#owners.get(name);
    if (owner && owner.endsMs <= this.#now()) return undefined;
    return owner;
  }
}
