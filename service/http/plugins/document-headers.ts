import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/** Features of browsers that no document uses. */
const PERMISSIONS_POLICY = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-get',
  'screen-wake-lock',
  'usb',
  'xr-spatial-tracking',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/**
 * Sets the security headers of documents that browsers open (OWASP Secure Headers Project). A route
 * with scripts or styles sets its own content security policy.
 */
export const documentHeaders = fp(
  async (app) => {
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: "'none'", frameAncestors: "'none'" },
      },
      crossOriginEmbedderPolicy: true,
      frameguard: { action: 'deny' },
      // strict-transport.ts sets it for all routes.
      strictTransportSecurity: false,
    });
    app.addHook('onRequest', (_request, reply, done) => {
      reply.header('permissions-policy', PERMISSIONS_POLICY);
      done();
    });
  },
  { name: 'document-headers' },
);
