/** docs/examples/client.mjs in a page of another origin than the service. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../script/lib/launch-browser.ts';
import { ServiceProcess } from '../helpers/service-process.ts';

const API_KEY = 'api-key-of-the-test';

let browser: Browser;
let server: Server;
let origin: string;

beforeAll(async () => {
  const client = readFileSync('docs/examples/client.mjs');
  server = createServer(({ url }, response) => {
    const [type, content] =
      url === '/client.mjs' ? ['text/javascript', client] : ['text/html', '<!doctype html>'];
    response.writeHead(200, { 'content-type': type }).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

/** Runs the client in a page: the labels of two texts, or the message of the failure. */
async function scoreIn(page: Page, url: string): Promise<unknown> {
  await page.goto(origin);
  return page.evaluate(
    async ([module = '', service = '', apiKey = '']) => {
      const { TweetSentimentClient } = await import(module);
      const client = new TweetSentimentClient({ url: service, apiKey });
      try {
        const results = await client.scoreTexts(['I love this', 'I hate this']);
        return results.map((result: { sentimentAnalyst: string }) => result.sentimentAnalyst);
      } catch (error) {
        return String(error);
      }
    },
    [`${origin}/client.mjs`, url, API_KEY],
  );
}

describe('the client in a page of another origin', () => {
  it('reads the answers of a service whose CORS_ORIGINS has the origin', async () => {
    const service = await ServiceProcess.start({ API_KEYS: API_KEY, CORS_ORIGINS: origin });
    const page = await browser.newPage();
    try {
      expect(await scoreIn(page, service.url)).toEqual(['positive', 'negative']);
      const requestId = await page.evaluate(
        async (url) => (await fetch(url)).headers.get('x-request-id'),
        `${service.url}/v1/status`,
      );
      expect(requestId).toMatch(/^[\da-f-]{36}$/);
    } finally {
      await page.close();
      await service.stop();
    }
  });

  it('is refused by the browser where CORS_ORIGINS lacks the origin', async () => {
    const service = await ServiceProcess.start({
      API_KEYS: API_KEY,
      CORS_ORIGINS: 'https://other.example.com',
    });
    const page = await browser.newPage();
    try {
      expect(await scoreIn(page, service.url)).toBe('TypeError: Failed to fetch');
    } finally {
      await page.close();
      await service.stop();
    }
  });
});
