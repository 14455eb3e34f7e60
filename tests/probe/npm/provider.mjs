// A provider of the npm package oidc-provider with its own pages, for tests: `node provider.mjs PLACE SECRET`.
// PLACE is the folder with node_modules. Prints its issuer once it listens. Any name and password sign in.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [place, secret] = process.argv.slice(2);
const found = createRequire(join(place, 'package.json')).resolve('oidc-provider');
const { Provider } = await import(pathToFileURL(found));

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'probe',
        client_secret: secret,
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        redirect_uris: ['https://probe.invalid/callback'],
        post_logout_redirect_uris: ['https://probe.invalid/signed-out'],
      },
    ],
    cookies: { keys: [secret] },
    pkce: { required: () => true },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      introspection: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    async findAccount(_, sub) {
      return { accountId: sub, claims: async () => ({ sub }) };
    },
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
