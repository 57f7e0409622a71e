import SerializerSelector from '@fastify/fast-json-stringify-compiler';

/**
 * Fastify's own serializers, but each is compiled once: most routes answer the same problem
 * documents, and compiling one for each status of each route took most of the time of a start.
 */
export function sharedSerializers(): SerializerSelector.SerializerFactory {
  const buildCompiler = SerializerSelector();
  return (externalSchemas, options) => {
    const compile = buildCompiler(externalSchemas, options);
    const compiled = new Map<string, SerializerSelector.Serializer>();
    return (route) => {
      const key = JSON.stringify(route.schema);
      const serializer = compiled.get(key) ?? compile(route);
      compiled.set(key, serializer);
      return serializer;
    };
  };
}
