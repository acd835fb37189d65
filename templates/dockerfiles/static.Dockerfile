FROM caddy:2
RUN printf '{\n\tadmin off\n\tauto_https off\n}\n:{{port}} {\n\troot * /srv\n\tencode gzip\n\ttry_files {path} {path}/index.html {path}.html\n\tfile_server\n}\n' > /etc/caddy/Caddyfile
COPY {{output}} /srv
# Caddy keeps a copy of its configuration there, which the user has to be able to write.
ENV XDG_CONFIG_HOME=/tmp XDG_DATA_HOME=/tmp
USER 1000:1000
EXPOSE {{port}}
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
