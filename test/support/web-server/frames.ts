/** The main configuration around the shipped file, where a distribution has its own. */

const APACHE_MODULES = [
  'mpm_event',
  'authz_core',
  'ssl',
  'socache_shmcb',
  'proxy',
  'proxy_http',
  'rewrite',
  'headers',
  'reqtimeout',
  'env',
];

export function apacheFrame(dir: string, port: number): string {
  const modules = APACHE_MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  return `${modules.join('\n')}
ServerName localhost
PidFile ${dir}/apache.pid
DefaultRuntimeDir ${dir}
Mutex pthread
ErrorLog ${dir}/log/error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
CustomLog ${dir}/log/access.log combined
Listen 127.0.0.1:${port}
Include ${dir}/site.conf
`;
}

export function nginxFrame(dir: string): string {
  return `daemon off;
worker_processes 2;
pid ${dir}/nginx.pid;
error_log ${dir}/log/error.log warn;
events {}
http {
    access_log ${dir}/log/access.log combined;
    client_body_temp_path ${dir}/body;
    proxy_temp_path ${dir}/proxy;
    fastcgi_temp_path ${dir}/fastcgi;
    uwsgi_temp_path ${dir}/uwsgi;
    scgi_temp_path ${dir}/scgi;
    include ${dir}/site.conf;
}
`;
}
