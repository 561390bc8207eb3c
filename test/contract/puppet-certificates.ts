import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the server and the agent of a test need to trust each other. */
export interface Certificates {
  readonly ca: string;
  readonly serverKey: string;
  readonly serverCertificate: string;
}

/** Makes an authority and signs a server, `localhost`, and an agent, whose files go where Puppet looks for them. */
export function makeCertificates(dir: string, ssldir: string, agentName: string): Certificates {
  mkdirSync(join(ssldir, 'certs'), { recursive: true });
  mkdirSync(join(ssldir, 'private_keys'));
  const caKey = join(dir, 'ca.key');
  const ca = join(ssldir, 'certs', 'ca.pem');
  const openssl = (args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const extensions = [
    '-addext',
    'basicConstraints=critical,CA:true',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  ];
  const newKey = (path: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', path];
  openssl(['req', '-x509', ...newKey(caKey), '-out', ca, '-subj', '/CN=Test CA', '-days', '2', ...extensions]);
  const issue = (name: string, keyPath: string, certificatePath: string): void => {
    const request = join(dir, `${name}.csr`);
    const names = join(dir, `${name}.ext`);
    writeFileSync(names, `subjectAltName=DNS:${name}\n`);
    openssl(['req', ...newKey(keyPath), '-out', request, '-subj', `/CN=${name}`]);
    const signer = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', names];
    openssl(['x509', '-req', '-in', request, ...signer, '-out', certificatePath]);
  };
  const [serverKey, serverCertificate] = [join(dir, 'server.key'), join(dir, 'server.pem')];
  issue('localhost', serverKey, serverCertificate);
  issue(agentName, join(ssldir, 'private_keys', `${agentName}.pem`), join(ssldir, 'certs', `${agentName}.pem`));
  return { ca, serverKey, serverCertificate };
}
