FROM mcr.microsoft.com/dotnet/sdk:{{dotnet}} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.nuget/packages dotnet publish {{project}} --configuration Release --output /app /p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:{{dotnet}}
WORKDIR /app
COPY --from=build /app .
USER 1654
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD ["dotnet", "{{assembly}}.dll"]
